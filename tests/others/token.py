"""Makes or checks tokens with PyJWT: as token.mjs."""

import json
import sys
import warnings

import jwt

# A short key for HS512 is what is tried.
warnings.simplefilter("ignore")


def answer(asked):
    if "token" in asked:
        return jwt.decode(asked["token"], asked["key"], algorithms=["HS256"])
    header = asked["header"]
    key = None if header["alg"] == "none" else asked["key"]
    return jwt.encode(asked["claims"], key, algorithm=header["alg"], headers={"typ": None, **header})


for line in sys.stdin:
    try:
        said = answer(json.loads(line))
    except Exception:
        said = None
    print(json.dumps(said))
