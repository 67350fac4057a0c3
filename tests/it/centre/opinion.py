"""Compares the journal of a box with the tables of the centre, by the contract's words alone.

usage: infomat journal | python3 opinion.py DATABASE_URL BOX
Prints what is wrong, a line each, and ends with 1; or the sums, and ends with 0.
"""
import hashlib, json, subprocess, sys, uuid

URL, BOX = sys.argv[1:]
wrong = []


def rows(select):
    """The rows of a statement, as objects."""
    sql = f"SELECT row_to_json(t) FROM ({select}) t"
    out = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, URL], check=True, capture_output=True)
    return [json.loads(line) for line in out.stdout.decode().splitlines()]


def prove(records, whose):
    """The chain of each life: contents, hashes, and no number left out."""
    ends = {}
    for r in records:
        name = f"{whose}: record {r['seq']} of {r['incarnation']}"
        if r["content"] is not None:
            written = bytes.fromhex(r["salt"]) + r["content"].encode()
            if hashlib.sha256(written).hexdigest() != r["digest"]:
                wrong.append(f"{name}: another content than was written")
        before = ends.get(r["incarnation"])
        if before is None:
            content = json.loads(r["content"]) if r["content"] else {}
            before = (r["seq"] - 1, (content.get("parent") or {}).get("hash", "00" * 32))
        if before[0] != r["seq"] - 1:
            wrong.append(f"{name}: follows {before[0]}")
        told = bytes.fromhex(before[1]) + uuid.UUID(r["incarnation"]).bytes + r["seq"].to_bytes(8, "big")
        told += (r["at"] & (1 << 64) - 1).to_bytes(8, "big") + r["kind"].encode() + b"\0"
        told += uuid.UUID(r["subject"]).bytes + bytes.fromhex(r["digest"])
        if hashlib.sha256(told).hexdigest() != r["hash"]:
            wrong.append(f"{name}: does not follow from the one before")
        ends[r["incarnation"]] = (r["seq"], r["hash"])
    return ends


here = [json.loads(line) for line in sys.stdin]
for r in here:
    r["content"] = r.pop("contentText")
there = rows(
    f"""SELECT incarnation, seq, at, kind, subject, content, encode(salt, 'hex') AS salt, encode(digest, 'hex') AS digest,
        encode(hash, 'hex') AS hash FROM infomat.journal WHERE box = '{BOX}' AND is_main ORDER BY arrival"""
)
prove(here, "the box")
ends = prove(there, "the centre")

# What both have is the same, and the centre lacks nothing but the end.
known = {(r["incarnation"], r["seq"]): r for r in there}
for r in here:
    other = known.get((r["incarnation"], r["seq"]))
    name = f"record {r['seq']} of {r['incarnation']}"
    if other is None:
        if r["seq"] <= ends.get(r["incarnation"], (0,))[0]:
            wrong.append(f"{name}: the centre lacks it")
    elif other["hash"] != r["hash"] or None not in (other["content"], r["content"]) and other["content"] != r["content"]:
        wrong.append(f"{name}: the centre has another one")

# The chain of the messages.
before, messages = bytes(32), rows(f"SELECT seq, encode(hash, 'hex') AS hash, lines FROM infomat.message WHERE box = '{BOX}' ORDER BY seq")
for number, message in enumerate(messages, 1):
    before = hashlib.sha256(before + message["lines"].encode()).digest()
    if (number, before.hex()) != (message["seq"], message["hash"]):
        wrong.append(f"message {message['seq']}: does not follow from the one before")

# Visits by their last word: the newest record of each, and behind it what the box has not heard yet.
state, applied = {}, 0
for r in there:
    content = json.loads(r["content"]) if r["content"] else {}
    if content.get("kind") in ("visit", "displaced"):
        state[r["subject"]] = (content["status"], content.get("slot"))
    if content.get("kind") == "message":
        applied = max(applied, content["seq"])
for message in messages[applied:]:
    for line in map(json.loads, message["lines"].splitlines()):
        if line["kind"] == "visit":
            state[line["guid"]] = ("active", line["slot"])
        elif line["kind"] == "cancellation" and line.get("happened"):
            state[line["visit"]] = ("cancelled", None)
visits = {v["visit"]: v for v in rows(f"SELECT visit, slot, status FROM infomat.visit WHERE box = '{BOX}'")}
active = sorted(guid for guid, (status, _) in state.items() if status == "active")
if active != sorted(guid for guid, v in visits.items() if v["status"] == "active"):
    wrong.append(f"visits: {len(active)} are active by the records and messages, and others by the table")

# No cell has more visits than places.
taken = {}
for v in visits.values():
    if v["status"] == "active" and v["slot"]:
        taken[v["slot"]] = taken.get(v["slot"], 0) + 1
for cell in rows(f"SELECT slot, places FROM infomat.cell WHERE box = '{BOX}'"):
    if taken.get(cell["slot"], 0) > cell["places"]:
        wrong.append(f"cell {cell['slot']}: {taken[cell['slot']]} visits, {cell['places']} places")

print("\n".join(wrong) or f"{len(there)} records, {len(messages)} messages, {len(active)} active visits")
sys.exit(bool(wrong))
