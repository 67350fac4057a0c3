"""Reads the lines of `infomat journal` and proves their chain, by the contract's words alone."""
import hashlib, json, sys, uuid

before, seq = bytes(32), None
for line in sys.stdin:
    r = json.loads(line)
    assert r["v"] == 1 and seq in (None, r["seq"] - 1), f"a gap before {r['seq']}"
    if r["contentText"] is not None:
        written = bytes.fromhex(r["salt"]) + r["contentText"].encode()
        assert hashlib.sha256(written).hexdigest() == r["digest"], f"the content of {r['seq']}"
    at = (r["at"] & (1 << 64) - 1).to_bytes(8, "big")
    told = uuid.UUID(r["incarnation"]).bytes + r["seq"].to_bytes(8, "big") + at + r["kind"].encode() + b"\0"
    told += uuid.UUID(r["subject"]).bytes + bytes.fromhex(r["digest"])
    before, seq = hashlib.sha256(before + told).digest(), r["seq"]
    assert before.hex() == r["hash"], f"the hash of {seq}"
print(seq)
