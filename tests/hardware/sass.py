# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a kernel's machine code (SASS of sm_90, as nvdisasm prints it) as far as its control flow needs, and counts
the instructions of its warps.

Addresses, indices, predicates, comparisons and FP32 are computed, for all warps of a launch at once. Samples are 0, and
so are FP16 sums and what shared memory holds: no branch depends on them. An instruction that is not known ends the count
with its name. Lanes of a warp that have parted meet again by the rule that the lowest address runs first, which is where
compilers put what comes before the meeting point; a GPU may do it in another order.
"""

import re

import numpy as np

# Constant bank 0: where parameters begin on sm_90.
PARAMETERS = 0x210

# What is issued and changes nothing that steers.
IDLE = {"NOP", "BSSY", "BSYNC", "BAR", "BREAK", "WARPSYNC", "STG", "STS", "MEMBAR", "DEPBAR", "ERRBAR", "CCTL", "YIELD"}
# What only samples are made of.
SAMPLES = {"LDS", "F2FP", "HMUL2", "HMNMX2", "HSETP2", "HMMA", "LDSM"}

U32 = np.uint32
U64 = np.uint64


class Unknown(Exception):
    """Code that this cannot run."""


def kernels(listing):
    """Name to instructions (predicate, operation, operands) of each kernel of a listing; labels become indices."""
    found = {}
    for part in re.split(r"(?=\.section\s+\.text\.)", listing)[1:]:
        name = re.match(r"\.section\s+\.text\.(\w+)", part)[1]
        labels, code = {}, []
        for line in part.splitlines():
            label = re.match(r"(\.L_\w+):", line)
            if label:
                labels[label[1]] = len(code)
            line = re.match(r"\s+/\*[0-9a-f]{4,}\*/\s+(?:@(!?U?P\w+)\s+)?(\S+)\s*(.*?)\s*;", line)
            if line:
                code.append((line[1], line[2], [o.strip() for o in line[3].split(",")] if line[3] else []))
        found[name] = [(p, op, [re.sub(r"^`\((.*)\)$", lambda m: str(labels.get(m[1], m[1])), o) for o in operands])
                       for p, op, operands in code]
    return found


def bits(value):
    return np.ascontiguousarray(value, dtype=np.float32).view(U32)


def floats(value):
    return np.ascontiguousarray(value).view(np.float32)


def signed(value):
    return value.view(np.int32)


def wide(low, high):
    return low.astype(U64) | high.astype(U64) << U64(32)


def low(value):
    return (value & U64(0xffffffff)).astype(U32)


def high(value):
    return (value >> U64(32)).astype(U32)


class Machine:
    """All warps of a launch."""

    def __init__(self, code, launch):
        self.code = code
        self.constants = np.zeros(PARAMETERS // 4 + 4096, U32)
        self.constants[:3] = launch.block
        self.constants[3:6] = launch.grid
        data = np.frombuffer(launch.parameters + b"\0" * (-len(launch.parameters) % 4), U32)
        self.constants[PARAMETERS // 4:PARAMETERS // 4 + len(data)] = data
        self.memory = launch.memory
        threads = launch.block[0] * launch.block[1] * launch.block[2]
        blocks = launch.grid[0] * launch.grid[1] * launch.grid[2]
        self.warps = blocks * ((threads + 31) // 32)
        lane = np.arange(self.warps * 32, dtype=np.int64)
        per_block = (threads + 31) // 32 * 32
        thread, block = lane % per_block, lane // per_block
        x, y = launch.block[0], launch.block[1]
        self.special = {"SR_TID.X": thread % x, "SR_TID.Y": thread // x % y, "SR_TID.Z": thread // x // y,
                        "SR_CTAID.X": block % launch.grid[0],
                        "SR_CTAID.Y": block // launch.grid[0] % launch.grid[1],
                        "SR_CTAID.Z": block // launch.grid[0] // launch.grid[1], "SR_LANEID": thread % 32,
                        # A cluster is one block.
                        "SR_CgaCtaId": lane * 0}
        self.at = np.where(thread < threads, 0, len(code)).astype(np.int64)
        self.n = len(lane)
        self.r = {}
        self.p = {}
        self.zero = np.zeros(self.n, U32)
        self.true = np.ones(self.n, bool)

    # operands

    def register(self, name):
        if name in ("RZ", "URZ"):
            return self.zero
        return self.r.setdefault(name, np.zeros(self.n, U32))

    def after(self, name, n=1):
        """The register that follows."""
        if name in ("RZ", "URZ"):
            return name
        kind, number = re.match(r"(U?R)(\d+)", name).groups()
        return f"{kind}{int(number) + n}"

    def predicate(self, text):
        inverted = text.startswith("!")
        name = text.lstrip("!")
        value = self.true if name in ("PT", "UPT") else self.p.setdefault(name, np.zeros(self.n, bool))
        return ~value if inverted else value

    def constant(self, text, more=0):
        found = re.match(r"c\[0x0\]\[(?:(U?R\w+)\+?)?(-?0x[0-9a-f]+)?\]", text)
        if not found:
            raise Unknown(f"operand {text}")
        offset = int(found[2] or "0", 16) + more
        if found[1]:
            at = (signed(self.register(found[1])).astype(np.int64) + offset) // 4
            return self.constants[np.clip(at, 0, len(self.constants) - 1)]  # lanes that are elsewhere
        return np.full(self.n, self.constants[offset // 4], U32)

    def source(self, text, real=False):
        """Bits of an operand; a sign is applied as the kind of number asks for it."""
        text = text.replace(".reuse", "")
        value = self.plain(text.lstrip("-~").strip("|"), real)
        if "|" in text:
            value = bits(np.abs(floats(value))) if real else np.abs(signed(value)).view(U32)
        if text.startswith("~"):
            value = ~value
        if text.startswith("-"):
            value = bits(-floats(value)) if real else (self.zero - value)
        return value

    def plain(self, text, real):
        if re.match(r"U?R(\d+|Z)(\.\w+)?$", text):
            return self.register(text.split(".")[0])
        if text.startswith("c["):
            return self.constant(text)
        if text == "+INF" or text == "INF":
            return bits(np.full(self.n, np.inf))
        if re.match(r"0x[0-9a-f]+$", text):
            return np.full(self.n, int(text, 16) & 0xffffffff, U32)
        try:
            return bits(np.full(self.n, float(text))) if real else np.full(self.n, int(text), U32)
        except ValueError:
            raise Unknown(f"operand {text}") from None

    def pair(self, text):
        """64 bits of two registers, or of a constant."""
        text = text.replace(".reuse", "")
        if text.startswith("c["):
            return wide(self.constant(text), self.constant(text, 4))
        name = text.split(".")[0]
        if not re.match(r"U?R", name):
            return self.source(text).astype(np.int32).astype(np.int64).view(U64)
        return wide(self.register(name), self.register(self.after(name)))

    # memory

    def load(self, address, size):
        value = np.zeros(self.n, U64)
        for start, data in self.memory:
            inside = (address >= U64(start)) & (address <= U64(start + len(data) - size))  # of lanes elsewhere too
            if inside.any():
                offset = (address[inside] - U64(start)).astype(np.int64)
                word = np.zeros(len(offset), U64)
                for byte in range(size):
                    word |= data[offset + byte].astype(U64) << U64(8 * byte)
                value[inside] = word
        return value

    def load_global(self, names, operands, write):
        found = re.match(r"(?:desc\[\w+\])?\[(U?R\w+)(?:\.64|\.U32)?(?:\+(U?R\d+))?(?:\+?(-?0x[0-9a-f]+))?\]",
                         operands[-1])
        if not found:
            raise Unknown(f"operand {operands}")
        address = self.pair(found[1]) + U64(int(found[3] or "0", 16) & 0xffffffffffffffff)
        if found[2]:
            address = address + self.register(found[2]).astype(U64)
        size = next((int(n) // 8 for n in ("128", "64") if n in names), None)
        narrow = next((n for n in names if n in ("U8", "S8", "U16", "S16")), None)
        if narrow:
            write(operands[0], low(self.load(address, int(narrow[1:]) // 8)))
            return
        for word in range((size or 4) // 4):
            write(self.after(operands[0], word), low(self.load(address + U64(4 * word), 4)))

    # instructions

    def run(self):
        """Instructions that the warps execute."""
        count = 0
        lanes = self.at.reshape(self.warps, 32)
        with np.errstate(all="ignore"):
            while True:
                at = int(self.at.min())
                if at >= len(self.code):
                    return count
                here = self.at == at
                count += int((lanes == at).any(axis=1).sum())
                condition, name, operands = self.code[at]
                active = here & self.predicate(condition) if condition else here
                self.at[here] = at + 1
                self.step(name, operands, active)

    def step(self, name, operands, active):
        first, *names = name.split(".")
        if first in IDLE:
            return
        if first == "EXIT":
            self.at[active] = len(self.code)
            return
        if first == "BRA":
            target = operands[-1]
            for condition in operands[:-1]:
                active = active & self.predicate(condition)
            self.at[active] = int(target)
            return

        def write(register, value):
            if register not in ("RZ", "URZ"):
                np.copyto(self.register(register), value, where=active)

        def write_predicate(register, value):
            if register not in ("PT", "UPT"):
                np.copyto(self.predicate(register), value, where=active)

        if first in SAMPLES:
            for word in range(4 if "128" in names else 2 if "64" in names else 1):
                write(self.after(operands[0], word), self.zero)
            return
        if first.startswith("U"):
            first = first[1:]
        handler = getattr(self, "do_" + first.lower(), None)
        if handler is None:
            raise Unknown(name)
        handler(names, operands, write, write_predicate)

    def do_ldg(self, names, operands, write, _):
        self.load_global(names, operands, write)

    def do_ldc(self, names, operands, write, _):
        for word in range(2 if "64" in names else 1):
            write(self.after(operands[0], word), self.constant(operands[1], 4 * word))

    def do_s2r(self, names, operands, write, _):
        write(operands[0], self.special[operands[1]].astype(U32))

    do_s2ur = do_s2r

    def do_cs2r(self, names, operands, write, _):
        if operands[1] != "SRZ":
            raise Unknown(f"CS2R {operands[1]}")
        write(operands[0], self.zero)
        if "32" not in names:
            write(self.after(operands[0]), self.zero)

    def do_mov(self, names, operands, write, _):
        write(operands[0], self.source(operands[1]))

    do_r2ur = do_mov

    @staticmethod
    def take_predicates(operands):
        """The predicates in front of the sources: carries that come out."""
        out = []
        rest = operands[1:]
        while rest and re.match(r"U?P(\d|T)$", rest[0]):
            out.append(rest.pop(0))
        return out, rest

    def do_iadd3(self, names, operands, write, write_predicate):
        out, rest = self.take_predicates(operands)
        total = np.zeros(self.n, U64)
        for text in rest[:3]:
            text = text.replace(".reuse", "")
            if text.startswith("-") and not names:
                # With the carry of two's complement.
                total = total + (~self.source(text[1:])).astype(U64) + U64(1)
            else:
                total = total + self.source(text).astype(U64)
        for carry in rest[3:]:
            total = total + self.predicate(carry).astype(U64)
        write(operands[0], low(total))
        carries = high(total)
        for number, predicate in enumerate(out):
            write_predicate(predicate, carries > number)

    def do_viadd(self, names, operands, write, _):
        write(operands[0], self.source(operands[1]) + self.source(operands[2]))

    def do_imad(self, names, operands, write, write_predicate):
        out, rest = self.take_predicates(operands)
        if "WIDE" in names or "HI" in names:
            a, b = self.source(rest[0]), self.source(rest[1])
            if "U32" in names:
                product = a.astype(U64) * b.astype(U64)
            else:
                product = (signed(a).astype(np.int64) * signed(b).astype(np.int64)).view(U64)
            addend = self.pair(rest[2])
            total = product + addend
            if "HI" in names:
                write(operands[0], high(total))
                return
            write(operands[0], low(total))
            write(self.after(operands[0]), high(total))
            for predicate in out:
                write_predicate(predicate, total < product)
            return
        a, b, c = (self.source(text) for text in rest[:3])
        if out:
            raise Unknown("IMAD with a carry")
        total = a * b + c
        for carry in rest[3:]:
            total = total + self.predicate(carry).astype(U32)
        write(operands[0], total)

    def do_lea(self, names, operands, write, write_predicate):
        out, rest = self.take_predicates(operands)
        if "HI" in names:
            a, b = self.source(rest[0]), self.source(rest[1])
            if "SX32" in names:
                shift, carry = int(rest[2], 16), rest[3:]
                value = signed(a).astype(np.int64).view(U64)
            else:
                shift, carry = int(rest[3], 16), rest[4:]
                value = wide(a, self.source(rest[2]))
            total = high(value << U64(shift)) + b
            for predicate in carry:
                total = total + self.predicate(predicate).astype(U32)
            write(operands[0], total)
            return
        a, b, shift = self.source(rest[0]), self.source(rest[1]), int(rest[2], 16)
        total = (a << U32(shift)).astype(U64) + b.astype(U64)
        write(operands[0], low(total))
        for predicate in out:
            write_predicate(predicate, high(total) > 0)

    def do_shf(self, names, operands, write, _):
        a, by, c = self.source(operands[1]), self.source(operands[2]), self.source(operands[3])
        by = by.astype(U64)
        if names[0] == "L":
            value = wide(a, c) << np.minimum(by, U64(63))
            value[by > 63] = 0
            write(operands[0], high(value) if "HI" in names else low(value))
        elif "S32" in names or "S64" in names:
            value = wide(a, c).view(np.int64) >> np.minimum(by, U64(63)).astype(np.int64)
            shifted = signed(c) >> np.minimum(by, U64(31)).astype(np.int32)
            write(operands[0], shifted.view(U32) if "HI" in names else low(value.view(U64)))
        else:
            value = wide(a, c) >> np.minimum(by, U64(63))
            shifted = np.where(by > 31, U32(0), c >> np.minimum(by, U64(31)).astype(U32))
            write(operands[0], shifted if "HI" in names else low(value))

    def do_lop3(self, names, operands, write, write_predicate):
        out = []
        if re.match(r"U?P", operands[0]):
            out, operands = operands[:1], operands[1:]
        rest = operands[1:]
        a, b, c = (self.source(text) for text in rest[:3])
        table = int(rest[3], 16)
        value = self.zero.copy()
        for case in range(8):
            if table >> case & 1:
                value |= (a if case & 4 else ~a) & (b if case & 2 else ~b) & (c if case & 1 else ~c)
        write(operands[0], value)
        for predicate in out:
            write_predicate(predicate, value != 0)

    def do_plop3(self, names, operands, write, write_predicate):
        a, b, c = (self.predicate(text) for text in operands[2:5])
        for target, table in zip(operands[:2], operands[5:7]):
            value = ~self.true
            for case in range(8):
                if int(table, 16) >> case & 1:
                    value |= (a if case & 4 else ~a) & (b if case & 2 else ~b) & (c if case & 1 else ~c)
            write_predicate(target, value)

    def compare(self, names, operands, write_predicate, a, b, unordered):
        kind = names[0]
        result = {"LT": a < b, "LE": a <= b, "GT": a > b, "GE": a >= b, "EQ": a == b, "NE": a != b}[kind[:2]]
        if kind.endswith("U") or unordered is not None and kind == "NE":
            result = result | unordered
        if "EX" in names:
            lower = self.predicate(operands[5])
            result = {"EQ": result & lower, "NE": result | lower}.get(
                kind, (result & (a != b)) | ((a == b) & lower))
        other = self.predicate(operands[4])
        with_and, with_or = "AND" in names, "OR" in names
        if not with_and and not with_or:
            raise Unknown(f"comparison {names}")
        write_predicate(operands[0], result & other if with_and else result | other)
        write_predicate(operands[1], ~result & other if with_and else ~result | other)

    def do_isetp(self, names, operands, write, write_predicate):
        a, b = self.source(operands[2]), self.source(operands[3])
        if "U32" not in names:
            a, b = signed(a), signed(b)
        self.compare(names, operands, write_predicate, a, b, None)

    def do_fsetp(self, names, operands, write, write_predicate):
        a, b = floats(self.source(operands[2], True)), floats(self.source(operands[3], True))
        self.compare(names, operands, write_predicate, a, b, np.isnan(a) | np.isnan(b))

    def do_sel(self, names, operands, write, _):
        write(operands[0], np.where(self.predicate(operands[3]), self.source(operands[1]), self.source(operands[2])))

    def do_fsel(self, names, operands, write, _):
        write(operands[0], np.where(self.predicate(operands[3]), self.source(operands[1], True),
                                    self.source(operands[2], True)))

    def extreme(self, a, b, least, names):
        if "U32" not in names:
            a, b = signed(a), signed(b)
        return np.where(least, np.minimum(a, b), np.maximum(a, b)).astype(a.dtype).view(U32)

    def do_vimnmx(self, names, operands, write, _):
        write(operands[0], self.extreme(self.source(operands[1]), self.source(operands[2]),
                                        self.predicate(operands[3]), names))

    do_imnmx = do_vimnmx

    def do_vimnmx3(self, names, operands, write, _):
        least = self.predicate(operands[4])
        two = self.extreme(self.source(operands[1]), self.source(operands[2]), least, names)
        write(operands[0], self.extreme(two, self.source(operands[3]), least, names))

    def do_viaddmnmx(self, names, operands, write, _):
        total = self.source(operands[1]) + self.source(operands[2])
        write(operands[0], self.extreme(total, self.source(operands[3]), self.predicate(operands[4]), names))

    def do_fmnmx(self, names, operands, write, _):
        a, b = floats(self.source(operands[1], True)), floats(self.source(operands[2], True))
        write(operands[0], bits(np.where(self.predicate(operands[3]), np.fmin(a, b), np.fmax(a, b))))

    def do_prmt(self, names, operands, write, _):
        both = wide(self.source(operands[1]), self.source(operands[3]))
        chosen = self.source(operands[2])
        value = self.zero.copy()
        for byte in range(4):
            nibble = chosen >> U32(4 * byte) & U32(15)
            part = low(both >> (nibble & U32(7)).astype(U64) * U64(8)) & U32(0xff)
            part = np.where(nibble & U32(8), np.where(part & U32(0x80), U32(0xff), U32(0)), part).astype(U32)
            value |= part << U32(8 * byte)
        write(operands[0], value)

    def do_iabs(self, names, operands, write, _):
        write(operands[0], np.abs(signed(self.source(operands[1]))).view(U32))

    def do_i2fp(self, names, operands, write, _):
        value = self.source(operands[1])
        write(operands[0], bits((signed(value) if "S32" in names else value).astype(np.float32)))

    do_i2f = do_i2fp

    def do_f2i(self, names, operands, write, _):
        value = np.trunc(floats(self.source(operands[1], True)).astype(np.float64))
        value = np.nan_to_num(value, nan=0.0, posinf=4e9, neginf=-4e9)
        if "U32" in names:
            write(operands[0], np.clip(value, 0, 0xffffffff).astype(np.int64).astype(U32))
        else:
            write(operands[0], np.clip(value, -0x80000000, 0x7fffffff).astype(np.int32).view(U32))

    def do_mufu(self, names, operands, write, _):
        if names != ["RCP"]:
            raise Unknown(f"MUFU {names}")
        write(operands[0], bits(np.float32(1) / floats(self.source(operands[1], True))))

    def real(self, names, operands, write, compute):
        value = compute(*(floats(self.source(text, True)) for text in operands[1:]))
        if "SAT" in names:
            value = np.clip(np.nan_to_num(value), 0, 1)
        write(operands[0], bits(value))

    def do_fadd(self, names, operands, write, _):
        self.real(names, operands, write, lambda a, b: a + b)

    def do_fmul(self, names, operands, write, _):
        self.real(names, operands, write, lambda a, b: a * b)

    def do_ffma(self, names, operands, write, _):
        self.real(names, operands, write, lambda a, b, c: a * b + c)

    def do_hfma2(self, names, operands, write, _):
        """A constant where nothing is multiplied; else samples."""
        if operands[1].lstrip("-") == "RZ" and operands[2] == "RZ" and len(operands) == 5:
            upper, lower = (int(np.float16(float(text)).view(np.uint16)) for text in operands[3:])
            write(operands[0], np.full(self.n, upper << 16 | lower, U32))
        else:
            write(operands[0], self.zero)

    def do_hadd2(self, names, operands, write, _):
        write(operands[0], self.zero)
