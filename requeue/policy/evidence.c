/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.c: states, and what looks like one. */
#include <fnmatch.h>
#include <stddef.h>
#include <string.h>

#include "requeue/policy/evidence.h"

/* These hold no state, whatever they hold. */
static const char *const never[] = {
	"core",
	"core.*",
	"core-*",
	"*.core",
	"vgcore.*",
	"hs_err_pid*",
	"replay_pid*",
	"javacore.*",
	"heapdump*",
	"*.hprof",
	"*.jfr",
	"coredump.*",
	"*.stackdump",
	"erl_crash.dump",
	"matlab_crash_dump.*",
	/* Node's and Python's reports, profilers and tracers */
	"report.[0-9]*.json",
	"*.heapsnapshot",
	"*.heapprofile",
	"*.cpuprofile",
	"*.trace.json",
	"cpu.prof",
	"mem.prof",
	"*.pprof",
	"gmon.out*",
	"*.gcda",
	"*.profraw",
	"perf.data*",
	"*.nsys-rep",
	"*.qdrep",
	"*.qdstrm",
	"*.ncu-rep",
	"*.darshan",
	"*.darshan_partial",
	"*.otf2",
	"*.cubex",
	".coverage*",
	/* loggers of experiments */
	"wandb-*.json",
	"*.wandb",
	"conda-environment.yaml",
	"requirements.txt",
	"config.yaml",
	"hparams.yaml",
	"meta.yaml",
	"metrics.csv",
	".*history",
	/* Octave writes it in the middle of a statement */
	"octave-workspace",
	"slurm-*.out",
	"slurm-*.err",
	/* file systems, editors and interpreters */
	".nfs*",
	".fuse_hidden*",
	".*.sw?",
	"*~",
	"*.pyc",
	"*.pid",
	"*.lock",
	/* logs that are rotated by renaming */
	"*.log.[0-9]*",
	NULL,
};

/* These are written to until the very end, and nothing renames them. */
static const char *const logs[] = {
	"*.log",     "*.log.*",
	"log.*",     "*.out",
	"*.err",     "*.stdout",
	"*.stderr",  "nohup.out",
	"*-journal", "events.out.tfevents.*",
	NULL,
};

/* Caches, and what MLflow writes until the end. */
static const char *const dirs[] = {
	".*",	      "__pycache__",  "node_modules", "site-packages",
	"lost+found", "hsperfdata_*", "metrics",      "torch_extensions",
	"go-build*",  NULL,
};

static bool matches(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, 0))
			return true;
	return false;
}

/* Does the command name the file, as a word or as the end of a path? */
static bool is_in_command(const char *name, const char *command)
{
	size_t len = strlen(name);

	for (const char *at = command; (at = strstr(at, name)); at++)
		if ((at == command || strchr(" \t/'\"=;&|<>({", at[-1])) &&
		    strchr(" \t'\";&|<>)}", at[len]))
			return true;
	return false;
}

bool evidence_is_name(const char *name, bool is_renamed, const char *hook)
{
	return *name && !matches(name, never) &&
	       (is_renamed || !matches(name, logs)) &&
	       !is_in_command(name, hook);
}

bool evidence_is_dir_name(const char *name)
{
	return !matches(name, dirs);
}

bool evidence_is_rewritten(const struct evidence_file *before,
			   const struct evidence_file *now)
{
	if (before->is_output || before->changed_ns == now->changed_ns)
		return false;
	return now->size_bytes <= before->size_bytes ||
	       before->position_bytes < before->size_bytes;
}

bool evidence_has_grown(const struct evidence_file *before,
			const struct evidence_file *now)
{
	return !before->is_standard && now->size_bytes > before->size_bytes;
}

uint64_t evidence_digest(uint64_t digest, const void *data, size_t len_bytes)
{
	const unsigned char *byte = data;

	if (!digest)
		digest = UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < len_bytes; i++)
		digest = (digest ^ byte[i]) * UINT64_C(0x100000001b3);
	return digest;
}
