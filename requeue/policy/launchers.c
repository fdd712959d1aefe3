/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launchers.c: know launchers by name.
 */
#include <ctype.h>
#include <string.h>

#include "requeue/policy/launchers.h"
#include "requeue/policy/shells.h"

/* They end with their programs. */
static const char *const plain[] = {
	/* MPI and its daemons on each node */
	"mpirun",
	"mpiexec",
	"mpiexec.hydra",
	"mpiexec.mpich",
	"mpiexec.openmpi",
	"mpirun.openmpi",
	"mpirun.mpich",
	"mpirun.hydra",
	"orterun",
	"oshrun",
	"prterun",
	"prun",
	"orted",
	"prted",
	"prte",
	"hydra_pmi_proxy",
	"hydra_bstrap_proxy",
	"hydra_nameserver",
	"pmi_proxy",
	"mpispawn",
	"mpirun_rsh",
	"mpd",
	"ibrun",
	"jsrun",
	"aprun",
	"flux",
	"flux-broker",
	"palsd",
	/* machine learning */
	"torchrun",
	"torch.distributed.run",
	"torch.distributed.launch",
	"torch.distributed.elastic",
	"accelerate",
	"accelerate-launch",
	"accelerate.commands.launch",
	"deepspeed",
	"deepspeed.launcher.launch",
	"deepspeed.launcher.runner",
	"horovodrun",
	"colossalai",
	/* environments and containers */
	"conda",
	"mamba",
	"micromamba",
	"pixi",
	"uv",
	"poetry",
	"pipenv",
	"apptainer",
	"singularity",
	"starter",
	"starter-suid",
	"appinit",
	"sinit",
	"ch-run",
	"podman",
	"podman-hpc",
	"conmon",
	"docker",
	"containerd-shim",
	"crun",
	"runc",
	"enroot",
	"shifter",
	"sarus",
	"udocker",
	"proot",
	"bwrap",
	"unshare",
	"nsenter",
	"fakeroot",
	"squashfuse_ll",
	"squashfuse",
	"fuse2fs",
	"fuse-overlayfs",
	"tini",
	"dumb-init",
	"catatonit",
	"pid1",
	/* one program, in another environment or under watch */
	"timeout",
	"time",
	"env",
	"nohup",
	"nice",
	"ionice",
	"chrt",
	"setsid",
	"stdbuf",
	"taskset",
	"numactl",
	"flock",
	"script",
	"unbuffer",
	"expect",
	"sudo",
	"su",
	"runuser",
	"sg",
	"chroot",
	"prlimit",
	"watch",
	"ssh",
	"tmux",
	"tmux: server",
	"screen",
	"dtach",
	"xvfb-run",
	"catchsegv",
	"cpulimit",
	"systemd-run",
	/* debuggers and profilers */
	"gdb",
	"gdbserver",
	"lldb",
	"strace",
	"ltrace",
	"perf",
	"rr",
	"heaptrack",
	"nsys",
	"ncu",
	"nvprof",
	"vtune",
	"amplxe-cl",
	"advixe-cl",
	"rocprof",
	"rocprofv3",
	"omniperf",
	"hpcrun",
	"scalasca",
	"ddt",
	"likwid-perfctr",
	"likwid-pin",
	"likwid-mpirun",
	/* checkpointers from outside, and guards of one program */
	"dmtcp_launch",
	"dmtcp_restart",
	"dmtcp_coordinator",
	"mana_launch",
	"cedana",
	"ft_launcher",
	"salloc",
	"sbatch",
	NULL,
};

static const char *const feeders[] = {
	"xargs",
	"parallel",
	"sem",
	"env_parallel",
	"make",
	"gmake",
	"bmake",
	"ninja",
	"samu",
	"find",
	"rush",
	"ctest",
	"scons",
	"entr",
	/* workflow engines: a rule whose program has ended with 0 is done */
	"snakemake",
	"nextflow",
	"cromwell",
	"cwltool",
	"toil",
	"luigi",
	"papermill",
	"jupyter-nbconvert",
	"jupyter-execute",
	/* agents, which take the next task from a server */
	"process_worker_pool.py",
	"dask-worker",
	"distributed.cli.dask_worker",
	"dask",
	"ray",
	"raylet",
	"wandb",
	"hq",
	NULL,
};

static const char *const interpreters[] = {
	"python", "pypy", "perl",  "ruby",   "lua",	   "node", "julia",
	"java",	  "R",	  "tclsh", "octave", "octave-cli", NULL,
};

static bool is_one_of(const char *name, const char *const *list)
{
	for (size_t i = 0; list[i]; i++)
		if (!strcmp(name, list[i]))
			return true;
	return false;
}

static bool is_in_commas(const char *name, const char *commas)
{
	size_t len = strlen(name);

	for (const char *at = commas; len && at && *at;) {
		size_t word = strcspn(at, ", ");

		if (word == len && !strncmp(at, name, len))
			return true;
		at += word;
		at += strspn(at, ", ");
	}
	return false;
}

/* python, python3, python3.11, perl5.36.0: the name, then a version. */
static bool is_interpreter(const char *name)
{
	for (size_t i = 0; interpreters[i]; i++) {
		size_t len = strlen(interpreters[i]);

		if (strncmp(name, interpreters[i], len))
			continue;
		if (!name[len + strspn(name + len, "0123456789.-")])
			return true;
	}
	return false;
}

static const char *program_name(const struct proc *proc)
{
	if (*proc->exe)
		return shells_base(proc->exe);
	return proc->argc ? shells_base(proc->argv[0]) : proc->comm;
}

/* java names its program after -jar, or as a class after many options. */
static const char *java_program(const struct proc *proc)
{
	for (size_t i = 1; i < proc->argc; i++) {
		const char *arg = proc->argv[i];

		if (!strcmp(arg, "-jar") && i + 1 < proc->argc)
			return shells_base(proc->argv[i + 1]);
		if (!strcmp(arg, "-cp") || !strcmp(arg, "-classpath") ||
		    !strcmp(arg, "--class-path"))
			i++;
		else if (*arg != '-' && *arg != '@')
			return arg;
	}
	return NULL;
}

const char *launchers_interpreted(const struct proc *proc)
{
	const char *name = program_name(proc);

	if (!is_interpreter(name))
		return NULL;
	if (!strncmp(name, "java", 4))
		return java_program(proc);
	for (size_t i = 1; i < proc->argc; i++) {
		const char *arg = proc->argv[i];

		if (!strcmp(arg, "-m") && i + 1 < proc->argc)
			return proc->argv[i + 1];
		if (!strcmp(arg, "-c") || !strcmp(arg, "-e") ||
		    !strcmp(arg, "-E"))
			return NULL; /* its text is on the command line */
		if (!strcmp(arg, "-W") || !strcmp(arg, "-X"))
			i++;
		else if (!strncmp(arg, "--file=", 7))
			return shells_base(arg + 7);
		else if (*arg != '-')
			return shells_base(arg);
	}
	return NULL;
}

static enum launcher_kind name_kind(const char *name, const char *extra)
{
	if (!strcmp(name, "srun"))
		return LAUNCHER_SRUN;
	if (is_one_of(name, feeders))
		return LAUNCHER_FEEDER;
	if (is_one_of(name, plain) || is_in_commas(name, extra))
		return LAUNCHER_PLAIN;
	return LAUNCHER_NONE;
}

/* nextflow-23.10.1-one.jar, nextflow.cli.Launcher */
static bool is_workflow_engine(const char *script)
{
	return !strncmp(script, "nextflow", 8) ||
	       !strncmp(script, "cromwell", 8);
}

enum launcher_kind launchers_kind(const struct proc *proc, const char *extra)
{
	const char *script = launchers_interpreted(proc);
	const char *exe = *proc->exe ? shells_base(proc->exe) : "";
	enum launcher_kind kind;

	/* An interpreter counts as what it interprets, whatever its own name:
	 * a link to python may have any. */
	if (script) {
		if (!strncmp(program_name(proc), "java", 4) &&
		    is_workflow_engine(script))
			return LAUNCHER_FEEDER;
		kind = name_kind(script, extra);
		return kind ? kind : name_kind(proc->comm, extra);
	}
	kind = name_kind(exe, extra);
	if (!kind && proc->argc)
		kind = name_kind(shells_base(proc->argv[0]), extra);
	if (!kind && !is_interpreter(exe))
		kind = name_kind(proc->comm, extra);
	return kind;
}
