"""A receipt printer on a pseudo-terminal: prints the path of its device, and answers DLE EOT n as it is told.

usage: fake_printer.py ANSWER...   One answer in hex for each n from 1 on; `-` for silence, `x` to pull the plug.
"""

import os
import pty
import sys
import tty

answers = sys.argv[1:]
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
heard = b""
while True:
    heard = (heard + os.read(master, 64))[-64:]
    while (at := heard.find(b"\x10\x04")) >= 0 and len(heard) > at + 2:
        number = heard[at + 2]
        heard = heard[at + 3 :]
        answer = answers[number - 1] if number <= len(answers) else "-"
        if answer == "x":
            sys.exit(0)
        if answer != "-":
            os.write(master, bytes.fromhex(answer))
