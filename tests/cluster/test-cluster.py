#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A video by real schedulers, tasks of which are killed in the middle. Prints TAP.

BLURBOX_RENDER is the program. Outside the cluster this enters it first.
"""

import fcntl
import functools
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tap
from tap import check, equal, ffmpeg, output

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ["BLURBOX_RENDER"]
LIMIT = 200  # seconds after which a cluster is taken for hung
LOOK = ("--size", "90x160", "--preset", "ultrafast", "--quality", "0")
# All that shells and schedulers could take for something else than a name.
NAME = "a 'q\" {} {1} {%} {= die() =} $(id) `id` $HOME $(JOB_COMPLETION_INDEX) $$ %A %% \\ é\n#SBATCH --hold\nï<1ï>"


@functools.cache
def get_clip():
    """Of three segments, since nothing cuts it."""
    path = SHELF / "clip.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=128x72:rate=25:duration=30", "-f", "lavfi", "-i", "sine=duration=30",
           "-c:a", "aac", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", path)
    return path


def plan(target):
    """Plans a render, lossless so that its frames can be compared, and returns its folder."""
    target.parent.mkdir()
    folder = target.parent / ".plan"
    equal(output(PROGRAM, "-q", "--plan", folder, *LOOK, "-o", target, get_clip()), b"3\n")
    return folder


@functools.cache
def get_reference():
    """What the same plan gives in one process: the hash of its file, and its frames, which a plain render has too."""
    target = SHELF / "reference" / "made.mp4"
    plan_folder = plan(target)
    output(PROGRAM, "-q", "--segment", "0-2", plan_folder)
    output(PROGRAM, "-q", "--join", plan_folder)
    plain = SHELF / "plain.mp4"
    output(PROGRAM, "-q", *LOOK, "-o", plain, get_clip())
    return hash_of(target), frames_of(plain)


def print_jobs(kind, plan_folder, folder, how):
    """A script as it is printed, but with a program that kills tasks; the script's name."""
    text = output(PROGRAM, "--print-jobs", kind, plan_folder).decode()
    check(f"program='{PROGRAM}'\n" in text, text)
    victim = folder / "victim"
    victim.write_text(f"#!/bin/sh\nexec python3 {HERE}/victim.py {PROGRAM} {folder} {shlex.quote(json.dumps(how))} \"$@\"\n")
    victim.chmod(0o755)
    script = folder / f"{kind}.sh"
    script.write_text(text.replace(f"program='{PROGRAM}'\n", f"program='{victim}'\n"))
    return script


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def frames_of(path):
    lines = ffmpeg("-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
    return [line for line in lines.splitlines() if not line.startswith(b"#")]


def check_made(target):
    """It is there, nothing else is, and it is byte for byte what one process makes."""
    equal([path.name for path in target.parent.iterdir()], [target.name])
    wanted, frames = get_reference()
    equal(hash_of(target), wanted, "SHA-256")
    equal(len(frames), 750)
    equal(frames_of(target), frames, "frames")


def run(script, *arguments, cwd, **environment):
    return subprocess.run(["bash", script, *arguments], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", check=False, timeout=LIMIT, env={**os.environ, **environment})


def read_log(plan_folder):
    """What GNU parallel has noted of each task, the columns by their names."""
    rows = [line.split("\t") for line in (plan_folder / "joblog").read_text(errors="replace").splitlines()]
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def wait_for_slurm():
    """Until no job is left. One that is back in the queue does not wait its two minutes there, but until the clock's second is
    another one than that in which it was ended, from which on Slurm's nodes take it again."""
    until = time.monotonic() + LIMIT
    hurried = set()
    while True:
        jobs = output("squeue", "--noheader", "--array", "--format=%i %T %r").decode().split("\n")[:-1]
        if not jobs:
            return
        check(time.monotonic() < until, jobs)
        for job in jobs:
            name, state, reason = job.split(" ", 2)
            if (state, reason) == ("PENDING", "BeginTime") and name not in hurried:
                hurried.add(name)
                subprocess.run(["scontrol", "update", f"JobId={name}", "StartTime=now+2"], check=False, capture_output=True)
        time.sleep(0.05)


def slurm_jobs():
    """What Slurm says of each job: its state and how often it was begun again, by its name and number in an array."""
    text = output("scontrol", "show", "jobs", "--oneliner").decode()
    jobs = [dict(re.findall(r"(\w+)=(\S+)", line)) for line in text.splitlines()]
    return sorted((job["JobName"], job.get("ArrayTaskId", ""), job["JobState"], job["Restarts"]) for job in jobs)


def need_root():
    if "BLURBOX_NO_SLURM" in os.environ:
        raise tap.Skip(os.environ["BLURBOX_NO_SLURM"])


def test_slurm(folder):
    need_root()
    target = folder / NAME / "made.mp4"
    plan_folder = plan(target)
    script = print_jobs("slurm", plan_folder, folder, {"1-1": "scancel", "2-2": "again"})
    done = run(script, "--cpus-per-task=1", "--mem=1G", "--comment=a comment", cwd=folder)
    equal((done.returncode, done.stderr), (0, ""), done.stdout)
    wait_for_slurm()
    logs = "".join(path.read_text(errors="replace") for path in folder.glob("blurbox-join-*.log"))
    equal(slurm_jobs(), [("blurbox", "0", "COMPLETED", "0"), ("blurbox", "1", "CANCELLED", "0"),
                         ("blurbox", "1", "COMPLETED", "0"), ("blurbox", "2", "COMPLETED", "1"),
                         ("blurbox-join", "", "COMPLETED", "0"), ("blurbox-join", "", "FAILED", "0")], logs)
    check_made(target)


def test_parallel(folder):
    target = folder / NAME / "made.mp4"
    plan_folder = plan(target)
    script = print_jobs("parallel", plan_folder, folder, {"1-1": "kill"})
    done = run(script, "--retries", "1", cwd=folder)
    equal(done.returncode, 1, done.stderr)
    equal(sorted((row["Seq"], row["Signal"]) for row in read_log(plan_folder)), [("1", "0"), ("2", "9"), ("3", "0")])
    for path in folder.glob("gpu-*"):
        path.unlink()
    done = run(script, cwd=folder)
    equal(done.returncode, 0, done.stderr)
    equal([path.name for path in folder.glob("gpu-*")], ["gpu-1-1"], "tasks that ran again")
    check_made(target)


def test_parallel_on_two_machines(folder):
    need_root()
    target = folder / NAME / "made.mp4"
    plan_folder = plan(target)
    script = print_jobs("parallel", plan_folder, folder, {"2-2": "kill"})
    hosts = folder / "hosts"
    hosts.write_text("1/node\n1/other\n")
    reach = ["--ssh", "ssh -F /run/ssh.conf", "--sshloginfile", hosts]
    done = run(script, *reach, "--retries", "1", cwd=folder)
    equal(done.returncode, 1, done.stderr)
    equal({row["Host"] for row in read_log(plan_folder)}, {"node", "other"})
    done = run(script, *reach, cwd=folder)
    equal(done.returncode, 0, done.stderr)
    check_made(target)


def test_parallel_with_gpus(folder):
    """Each task has the GPU of its slot, or the next one where that is taken."""
    target = folder / "out" / "made.mp4"
    plan_folder = plan(target)
    script = print_jobs("parallel", plan_folder, folder, {"0-0": "again", "1-1": "again", "2-2": "again"})
    listing = folder / "nvidia-smi"
    listing.write_text("#!/bin/sh\nprintf 'GPU 0: A\\nGPU 1: B\\n'\n")
    listing.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    done = run(script, "--retries", "1", cwd=folder, **environment)
    equal(done.returncode, 1, done.stderr)
    for row in read_log(plan_folder):
        slot, segments = re.search(r" task (\d) (\S+) ", row["Command"]).groups()
        equal((folder / f"gpu-{segments}").read_text(), str((int(slot) - 1) % 2), row["Command"])
    with open(folder / f"blurbox-{os.getuid()}-gpu-0", "w", encoding="utf-8") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        done = run(script, "--jobs", "1", cwd=folder, **environment)
    equal(done.returncode, 0, done.stderr)
    equal({(folder / f"gpu-{number}-{number}").read_text() for number in range(3)}, {"1"})


def test_shellcheck(folder):
    plan_folder = plan(folder / NAME / "made.mp4")
    for kind in ("slurm", "parallel"):
        script = folder / kind
        script.write_bytes(output(PROGRAM, "--print-jobs", kind, plan_folder))
        done = subprocess.run(["shellcheck", "--severity=style", script], capture_output=True, text=True, check=False)
        equal((done.returncode, done.stdout), (0, ""))


def expand(text, variables):
    """What Kubernetes makes of an argument: $(NAME) is a variable where there is such a one, and $$ a dollar."""
    return re.sub(r"\$(\$|\((.*?)\))", lambda found: "$" if found[1] == "$" else variables.get(found[2], found[0]), text)


def run_container(job, environment):
    """Runs what the container of a job would; its exit code."""
    container, = job["spec"]["template"]["spec"]["containers"]
    command = [expand(part, environment) for part in container["command"] + container["args"]]
    return subprocess.run(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                          timeout=LIMIT).returncode


def test_kubernetes(folder):
    """Without Kubernetes: its file as a parser of YAML reads it, and its commands as a container runs them."""
    target = folder / NAME / "made.mp4"
    plan_folder = plan(target)
    text = output(PROGRAM, "--print-jobs", "kubernetes", plan_folder).decode()
    make, join = yaml.safe_load(text)["items"]
    equal((make["apiVersion"], make["kind"], make["spec"]["completionMode"]), ("batch/v1", "Job", "Indexed"))
    check(re.fullmatch("[a-z0-9]([a-z0-9-]*[a-z0-9])?", join["metadata"]["name"]), join["metadata"])
    check(make["metadata"]["name"] != join["metadata"]["name"], make["metadata"])
    actions = {code: rule["action"] for rule in make["spec"]["podFailurePolicy"]["rules"] for code in
               rule.get("onExitCodes", {"values": []})["values"]}
    equal(actions, {1: "FailIndex", 2: "FailJob", 65: "FailJob"})
    for job in (make, join):
        pod = job["spec"]["template"]["spec"]
        equal((pod["restartPolicy"], pod["containers"][0]["image"]), ("Never", "FILL-IN-IMAGE"))
        equal(pod["volumes"][0]["persistentVolumeClaim"]["claimName"], "FILL-IN-CLAIM")
        mount, = pod["containers"][0]["volumeMounts"]
        equal((mount["name"], mount["mountPath"]), (pod["volumes"][0]["name"], str(target.parent)))
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"}
    (folder / "blurbox-render").symlink_to(PROGRAM)
    for index in range(make["spec"]["completions"]):
        equal(run_container(make, {**environment, "JOB_COMPLETION_INDEX": str(index)}), 0)
    equal(run_container(join, environment), 0)
    check_made(target)
    equal(run_container(make, {**environment, "JOB_COMPLETION_INDEX": "0"}), 65)


def enter():
    """Runs this again on the cluster."""
    done = subprocess.run([HERE / "session", sys.executable, __file__], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          errors="replace", check=False)
    if done.returncode == 77:
        print(f"1..0 # SKIP {done.stderr.strip()}")
        sys.exit()
    sys.stderr.write(done.stderr)
    sys.exit(done.returncode)


if os.environ.get("BLURBOX_CLUSTER") != "up":
    enter()
import yaml  # which only the cluster's root has

with tempfile.TemporaryDirectory(prefix="blurbox-test-") as shelf:
    SHELF = Path(shelf)
    tap.run(sys.modules[__name__])
