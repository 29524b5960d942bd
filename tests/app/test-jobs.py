#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is printed for schedulers, run by bash with stand-ins for them. tests/cluster has the real ones. Prints TAP.

BLURBOX_RENDER is the program.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import media
import tap
from tap import check, equal, output

KINDS = ("slurm", "parallel", "kubernetes")
NAMES = (
    b"plain", b"it's", b"-rf $HOME *", b"\n#SBATCH --hold\n\r\n'\\''", b": - {a: b} # c",
    # As many as go into one name, with a control character and without one.
    b"a \"b\x01\x1b[31m\x7f $(false)`false`$(JOB)$$ %A%a%% {}{1}{%}{= die() =} @PROGRAM@@FOLDER@ *?[a]~!#&;|<>\\",
    "'a \"b\u2028\u0085\ufeff $(false)`false`$(JOB)$$ %A%a%% {}{1}{%}{= die() =} @PROGRAM@@FOLDER@ *?[a]~!#&;|<> é 映画\\".encode(),
)


def make_plan(folder, name=b"plan", segments=3):
    """A plan in a folder of any name, as if the video had so many segments."""
    clip = folder / "clip.mp4"
    if not clip.exists():
        media.clip(clip, size="64x36", sound=False)
        output(media.RENDER, "-q", "--plan", folder / "made", "--size", "36x64", "-o", folder / "out.mp4", clip)
    plan = os.path.join(os.fsencode(folder), name)
    os.mkdir(plan)
    text = (folder / "made" / "render.ini").read_text()
    with open(os.path.join(plan, b"render.ini"), "w", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^segments=\d+$", f"segments={segments}", text))
    return plan


def print_jobs(kind, plan, **options):
    return output(media.RENDER, "--print-jobs", kind, os.fsdecode(plan), **options)


def write_tool(folder, name, text):
    path = folder / name
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)
    return path


def run(script, *arguments, **environment):
    """Runs a script with what stands in for schedulers in its folder first."""
    return subprocess.run(["bash", script, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          cwd=script.parent, timeout=media.LIMIT,
                          env={**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}", **environment})


def settings_of(text):
    """What the variables at the top of a script are to bash."""
    top = b"\n".join(line for line in text.split(b"\n") if re.match(rb"(program|folder|segments|per_task)=", line))
    script = top + b'\nprintf "%s\\0" "$program" "$folder" "$segments" "$per_task"\n'
    return subprocess.run(["bash"], input=script, capture_output=True, check=True).stdout.split(b"\0")[:-1]


def test_names(folder):
    """A name is one value to bash and to YAML, whatever is in it, and can be taken for nothing else."""
    for name in (*NAMES, b"not \xff\xfe\n\xc3 UTF-8"):
        plan = make_plan(folder, name)
        for kind in ("slurm", "parallel"):
            text = print_jobs(kind, plan)
            equal(settings_of(text), [os.fsencode(media.RENDER), plan, b"3", b"1"], f"{kind} {name}")
            text.decode()
            equal(re.findall(rb"(?m)^#SBATCH|[\x00-\x08\x0b-\x1f\x7f]", text), [], f"{kind} {name}")
            subprocess.run(["bash", "-n"], input=text, check=True)


def from_yaml(text):
    """A double-quoted scalar as it is written here."""
    check(text[0] == text[-1] == '"', text)
    return re.sub(r'\\(?:U([0-9A-F]{8})|(["\\]))', lambda found: found[2] or chr(int(found[1], 16)), text[1:-1])


def test_names_for_kubernetes(folder):
    for name in NAMES:
        plan = make_plan(folder, b"in" + name)
        text = print_jobs("kubernetes", plan).decode()
        argument = from_yaml(re.search(r"(?m)^ +- &folder (.*)$", text)[1])
        # Kubernetes reads two dollars as one, and a single one before a parenthesis as a variable.
        check(re.fullmatch(r"([^$]|\$\$)*", argument), argument)
        equal(os.fsencode(argument.replace("$$", "$")), plan)
        equal(os.fsencode(from_yaml(re.search(r"(?m)^ +mountPath: (.*)$", text)[1])), os.fsencode(folder))
        equal(re.findall(r"[^\n -~\w]", text), [], "what could end a line")
    plan = make_plan(folder, b"not \xff UTF-8")
    done = subprocess.run([media.RENDER, "--print-jobs", "kubernetes", plan], capture_output=True, check=False)
    equal((done.returncode, done.stdout), (1, b""))
    check(b"UTF-8" in done.stderr, done.stderr)


def test_no_plan(folder):
    for kind in KINDS:
        done = subprocess.run([media.RENDER, "--print-jobs", kind, folder], capture_output=True, check=False)
        equal((done.returncode, done.stdout), (65, b""), kind)


def test_relative_name(folder):
    plan = make_plan(folder)
    equal(settings_of(print_jobs("slurm", b"plan/../plan", cwd=folder))[1], plan)


def test_other_devices(folder):
    """What is planned without a GPU is made by the CPU where there is one; what is planned with one waits for one."""
    driver = Path(os.environ["G_TEST_BUILDDIR"]) / "driver"
    if not (driver / "libcuda.so.1").exists():
        raise tap.Skip("no driver for tests")
    media.clip(folder / "clip.mp4", size="64x36", sound=False)
    machines = {"cpu": dict(os.environ), "gpu": {**os.environ, "LD_LIBRARY_PATH": str(driver)}}
    for planned, made, code in (("cpu", "gpu", 0), ("gpu", "gpu", 0), ("gpu", "cpu", 75)):
        plan = folder / f"{planned}-{made}"
        output(media.RENDER, "-q", "--plan", plan, "--size", "36x64", "--encoder", "libx264", "-o", folder / f"{plan.name}.mp4",
               folder / "clip.mp4", env=machines[planned])
        done = subprocess.run([media.RENDER, "-q", "--segment", "0", plan], env=machines[made], capture_output=True, check=False)
        equal(done.returncode, code, f"{plan.name}: {done.stderr}")
        check(code == 0 or b"on another machine" in done.stderr, done.stderr)


def begin_slurm(folder, segments, render):
    """A script with a stand-in for blurbox-render, which has its arguments and the folder, and for Slurm."""
    plan = make_plan(folder, segments=segments)
    text = print_jobs("slurm", plan).decode()
    render = write_tool(folder, "render", f'printf "%s\\n" "$*" >>{folder}/rendered\n{render}\n')
    script = folder / "jobs.sh"
    script.write_text(text.replace(f"program='{media.RENDER}'", f"program={render}"))
    write_tool(folder, "sbatch", f'printf "%s\\n" "$*" >>{folder}/submitted\necho "$((100 + $(wc -l <{folder}/submitted)));here"\n')
    write_tool(folder, "scontrol", f'printf "%s\\n" "$*" >>{folder}/controlled\n')
    return plan.decode(), script


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def test_slurm_submits(folder):
    _, script = begin_slurm(folder, 3, "exit 0")
    done = run(script, "--partition=gpu", "--comment=a b")
    equal((done.returncode, done.stderr), (0, ""))
    array, join = lines_of(folder / "submitted")
    check(array.startswith("--partition=gpu --comment=a b ") and array.endswith(f" {script} task"), array)
    check("--array=0-2%64" in array.split() and "--requeue" in array.split(), array)
    check("--dependency=afterany:101" in join.split(), join)
    check(join.endswith(f" {script} join 0 --partition=gpu --comment=a b"), join)
    check("scancel 102 101" in done.stdout, done.stdout)


def test_slurm_refuses(folder):
    """An array whose join Slurm does not take is no use."""
    _, script = begin_slurm(folder, 3, "exit 0")
    write_tool(folder, "sbatch", f'[ ! -e {folder}/one ] || exit 1\ntouch {folder}/one\necho 7\n')
    write_tool(folder, "scancel", f'printf "%s\n" "$*" >>{folder}/cancelled\n')
    equal(run(script).returncode, 1)
    equal(lines_of(folder / "cancelled"), ["7"])


def test_slurm_tasks(folder):
    """A long video has 200 tasks at most, which make each of its segments once."""
    plan, script = begin_slurm(folder, 1203, "exit 0")
    run(script)
    last = int(re.search(r"--array=0-(\d+)%", lines_of(folder / "submitted")[0])[1])
    check(last < 200, last)
    for task in (0, 1, last - 1, last):
        equal(run(script, "task", SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID=str(task), SLURM_JOB_ID="7").returncode, 0)
    made = [re.fullmatch(rf"--segment (\d+)-(\d+) {plan}", line).groups() for line in lines_of(folder / "rendered")]
    (first, a), (b, _), (_, c), (d, end) = [(int(first), int(end)) for first, end in made]
    equal((first, b, d, end), (0, a + 1, c + 1, 1202))


def test_slurm_tries_again(folder):
    """75 goes back into the queue, by the number of the task, and not endlessly; nothing else does."""
    _, script = begin_slurm(folder, 3, "exit $RENDER_STATUS")
    job = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2", "SLURM_JOB_ID": "7"}
    for status, restarts, again in (("0", "", False), ("1", "", False), ("65", "", False), ("75", "", True), ("75", "2", True),
                                    ("75", "3", False)):
        done = run(script, "task", RENDER_STATUS=status, SLURM_RESTART_COUNT=restarts, **job)
        equal(done.returncode, int(status))
        equal(lines_of(folder / "controlled"), ["requeue 7_2"] if again else [], f"{status} {restarts}")
        (folder / "controlled").unlink(missing_ok=True)
    done = run(script, "join", "0", RENDER_STATUS="75", SLURM_JOB_ID="9")
    equal(lines_of(folder / "controlled"), ["requeue 9"])
    equal(lines_of(folder / "submitted"), [])


def test_slurm_stopped(folder):
    """A task that was told to stop is not begun again."""
    _, script = begin_slurm(folder, 3, "kill -TERM $PPID; exit 75")
    done = run(script, "task", SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID="2", SLURM_JOB_ID="7")
    equal((done.returncode, lines_of(folder / "controlled")), (75, []))


def test_slurm_join(folder):
    """The tasks of missing segments, and of those behind the last one, are submitted again, a few times."""
    plan, script = begin_slurm(folder, 401, "echo 0 2 3 4 399 400 401 402; exit 66")
    for trial in range(4):
        done = run(script, "join", str(trial), "--mem=1G", SLURM_JOB_ID="9")
        equal(done.returncode, 66)
        submitted = lines_of(folder / "submitted")
        (folder / "submitted").unlink(missing_ok=True)
        if trial == 3:
            equal(submitted, [])
            continue
        check("--array=0,1,133%64" in submitted[0].split(), submitted)
        check(submitted[1].endswith(f"join {trial + 1} --mem=1G"), submitted)
    equal(set(lines_of(folder / "rendered")), {f"--join {plan}"})


def test_moved(folder):
    """Where the plan is gone, that is said, and nothing is submitted."""
    plan, script = begin_slurm(folder, 3, "exit 0")
    parallel = folder / "parallel.sh"
    parallel.write_bytes(print_jobs("parallel", plan))
    os.rename(plan, plan + "-away")
    for name in (script, parallel):
        done = run(name)
        equal((done.returncode, done.stderr.count("\n")), (65, 1), done.stderr)
    equal(lines_of(folder / "submitted"), [])


tap.run(sys.modules[__name__])
