/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.c: what the store costs, compared with plain system calls that move the
 * same bytes with the same syncs on the same disk.
 *
 * usage: store DIR SCHECKPOINT [MIB]
 *
 * It works in a new directory below DIR.  MIB is the size of the large state.
 *
 * The two ways run in turns.  The result is the median of the ratios of
 * neighbours, with the quartiles: a machine that others use as well slows down
 * both.
 *
 * A restore from the page cache is slower than plain reading, since the digest
 * reads each byte once more.  On a node that reads the state for the first time
 * the disk is the slower part, and the difference disappears.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/fsutil.h"
#include "lib/store.h"

#define SMALL_BYTES  4096
#define SMALL_ROUNDS 200
#define LARGE_ROUNDS 11
#define MANY_ROUNDS  15
#define VERSIONS     1000
#define FILES	     10 /* of each of them */
#define CHUNK_BYTES  (1 << 20)

static char top[4096];
static char chunk[CHUNK_BYTES];
static uint64_t large_bytes = UINT64_C(1) << 30;
static const char *scheckpoint;

#define must(condition)                                                        \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: failed: %s (%s)\n", __FILE__,  \
				__LINE__, #condition, strerror(errno));        \
			exit(2);                                               \
		}                                                              \
	} while (0)

static struct ckpt_error err;
#define ok(call)                                                               \
	do {                                                                   \
		err.text[0] = '\0';                                            \
		if ((call) != CKPT_OK) {                                       \
			fprintf(stderr, "%s: %s\n", #call, err.text);          \
			exit(2);                                               \
		}                                                              \
	} while (0)

static double now_s(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *in_top(const char *name)
{
	static char paths[8][4200];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Sorts values; part: from 0 to 1. */
static double quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof(*values), by_value);
	return values[(size_t)((double)(count - 1) * part + 0.5)];
}

static double median(double *values, size_t count)
{
	return quantile(values, count, 0.5);
}

/* ------------------------------------------------------------- a measure */

/* Two ways to the same result, each timed by itself, in turns. */
struct measure {
	const char *what;
	void (*prepare)(void); /* before each, untimed; may be NULL */
	void (*ours)(void);
	void (*plain)(void);
	unsigned rounds;
	uint64_t bytes;	 /* moved by each; 0: print times, not rates */
	double target;	 /* of ours : plain, as times or as rates */
	bool is_watched; /* print whether the target is met */
	double most_s;	 /* of ours, instead of the target; 0: none */
	bool is_work;	 /* measure processor time */
};

static double time_one(const struct measure *m, void (*run)(void))
{
	clockid_t clock = m->is_work ? CLOCK_PROCESS_CPUTIME_ID
				     : CLOCK_MONOTONIC;
	double start;

	if (m->prepare)
		m->prepare();
	start = now_s(clock);
	run();
	return now_s(clock) - start;
}

static void print_cost(double seconds, uint64_t bytes)
{
	if (bytes)
		printf("%8.0f MiB/s", (double)bytes / seconds / (1 << 20));
	else
		printf("%8.3f ms   ", seconds * 1e3);
}

static void measure(const struct measure *m)
{
	double ours[SMALL_ROUNDS], plain[SMALL_ROUNDS], ratios[SMALL_ROUNDS];
	double a, b, ratio;
	unsigned i;
	bool is_met;

	for (i = 0; i < m->rounds; i++) {
		/* The first one finds the disk as the second left it. */
		if (i % 2)
			plain[i] = time_one(m, m->plain);
		ours[i] = time_one(m, m->ours);
		if (i % 2 == 0)
			plain[i] = time_one(m, m->plain);
		ratios[i] = m->bytes ? plain[i] / ours[i] : ours[i] / plain[i];
	}
	a = median(ours, m->rounds);
	b = median(plain, m->rounds);
	ratio = median(ratios, m->rounds);
	is_met = m->bytes ? ratio >= m->target : ratio <= m->target;
	printf("%-44s", m->what);
	print_cost(a, m->bytes);
	print_cost(b, m->bytes);
	printf("  %5.2f (%.2f-%.2f)  ", ratio,
	       quantile(ratios, m->rounds, 0.25),
	       quantile(ratios, m->rounds, 0.75));
	if (m->most_s > 0) {
		is_met = a <= m->most_s;
		printf("<= %.0f ms ", m->most_s * 1e3);
	} else {
		printf("%s %.2f ", m->bytes ? ">=" : "<=", m->target);
	}
	printf("%s\n", !m->is_watched ? "" : is_met ? "met" : "MISSED");
	fflush(stdout);
}

/* ----------------------------------------------------------------- steps */

static struct ckpt_store *new_store(const char *name)
{
	struct ckpt_identity id = {.cluster = "bench",
				   .job = 1,
				   .array_task = CKPT_NO_TASK,
				   .token = "bench"};
	struct ckpt_store *store;

	ok(ckpt_claim(&store, in_top(name), &id, 0, &err));
	return store;
}

static void write_file(const char *path, uint64_t bytes, bool is_synced)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0);
	while (bytes) {
		size_t part = bytes < CHUNK_BYTES ? bytes : CHUNK_BYTES;

		must(write(fd, chunk, part) == (ssize_t)part);
		bytes -= part;
	}
	if (is_synced)
		must(fsync(fd) == 0);
	must(close(fd) == 0);
}

static void sync_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	must(fd >= 0 && fsync(fd) == 0 && close(fd) == 0);
}

static void commit(struct ckpt_store *store, unsigned files, uint64_t bytes)
{
	struct ckpt_stage *stage;
	char path[4300];
	unsigned i;

	ok(ckpt_begin(store, &stage, &err));
	for (i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "%s/state%u",
			 ckpt_stage_dir(stage), i);
		write_file(path, bytes, false);
	}
	ok(ckpt_commit(stage, NULL, &err));
}

static void read_file(const char *path)
{
	static char data[256 << 10] __attribute__((aligned(4096)));
	int fd = open(path, O_RDONLY);
	ssize_t got;

	must(fd >= 0);
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	while ((got = read(fd, data, sizeof(data))) > 0)
		;
	must(got == 0 && close(fd) == 0);
}

/* Drop it from the page cache, as on a node that never read the file. */
static void forget(const char *path)
{
	int fd = open(path, O_RDONLY);

	must(fd >= 0 && fsync(fd) == 0);
	must(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0);
	close(fd);
}

/* ----------------------------------------------------------- small commit */

static struct ckpt_store *small;
static unsigned plain_number;

/* Keep few versions, as in a job's store; many are measured separately. */
static void clean_small(void)
{
	static unsigned rounds;
	char path[4300];

	if (++rounds % 5) /* odd: before each of the two in turns */
		return;
	ok(ckpt_clean(small, &err));
	snprintf(path, sizeof(path), "%s/plain", top);
	ckpt_fs_remove(AT_FDCWD, path);
	must(mkdir(path, 0700) == 0);
}

static void small_commit(void)
{
	commit(small, 1, SMALL_BYTES);
}

/* The same number of files, bytes and syncs, in the same order. */
static void small_plain(void)
{
	char stage[4300], final[4300], path[4400];

	snprintf(stage, sizeof(stage), "%s/plain/.stage", top);
	snprintf(final, sizeof(final), "%s/plain/v%06u", top, ++plain_number);
	must(mkdir(stage, 0700) == 0);
	snprintf(path, sizeof(path), "%s/state0", stage);
	write_file(path, SMALL_BYTES, true);
	snprintf(path, sizeof(path), "%s/MANIFEST.json", stage);
	write_file(path, 190, true); /* as long as ours */
	sync_dir(stage);
	must(rename(stage, final) == 0);
	sync_dir(in_top("plain"));
}

/* ------------------------------------------------------------ large state */

static struct ckpt_store *large;

static void clean_large(void)
{
	if (large)
		ok(ckpt_clean(large, &err));
	unlink(in_top("large-plain"));
	unlink(in_top("copy"));
	sync();
}

static void large_commit(void)
{
	commit(large, 1, large_bytes);
}

static void large_plain(void)
{
	write_file(in_top("large-plain"), large_bytes, true);
}

static void run(const char *command)
{
	int status = system(command);

	must(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void save_command(void)
{
	char line[16384];

	snprintf(line, sizeof(line),
		 "cd %s && SLURM_CHECKPOINT_DIR=%s/large "
		 "SLURM_CHECKPOINT_RUN=0 SLURM_JOB_ID=1 %s save source "
		 ">/dev/null",
		 top, top, scheckpoint);
	run(line);
}

static void copy_command(void)
{
	char line[16384];

	snprintf(line, sizeof(line), "cd %s && cp source copy && sync copy",
		 top);
	run(line);
}

/* ---------------------------------------------------------------- restore */

static void restore(void)
{
	struct ckpt_store *store;

	ok(ckpt_open(&store, in_top("large"), CKPT_READ, 0, &err));
	ok(ckpt_restore(store, NULL, NULL, &err));
	ckpt_close(store);
}

static void read_large(void)
{
	read_file(in_top("large/v000001/state0"));
}

static void forget_large(void)
{
	forget(in_top("large/v000001/state0"));
}

/* ------------------------------------------------------- many versions */

static void open_and_restore(const char *name)
{
	struct ckpt_store *store;

	ok(ckpt_open(&store, in_top(name), CKPT_WRITE, 0, &err));
	ok(ckpt_restore(store, NULL, NULL, &err));
	ckpt_close(store);
}

static void restore_many(void)
{
	open_and_restore("many");
}

static void restore_few(void)
{
	open_and_restore("few");
}

static struct ckpt_store *many, *few;

static void commit_many(void)
{
	commit(many, 1, SMALL_BYTES);
}

static void commit_few(void)
{
	commit(few, 1, SMALL_BYTES);
}

static void fill_many(void)
{
	unsigned i;

	many = new_store("many");
	few = new_store("few");
	for (i = 0; i < VERSIONS; i++)
		commit(many, FILES, 64);
	for (i = 0; i < 2; i++)
		commit(few, FILES, 64);
}

/* ----------------------------------------------------------- one, in files */

#define WIDE 10000

static void restore_wide(void)
{
	open_and_restore("wide");
}

static void read_wide(void)
{
	char path[64];
	unsigned i;

	for (i = 0; i < WIDE; i++) {
		snprintf(path, sizeof(path), "wide/v000001/state%u", i);
		read_file(in_top(path));
	}
}

/* ----------------------------------------------------------------- memory */

static long peak_kib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	must(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

/* The work runs in a process of its own, whose memory is measured. */
static void measure_memory(const char *what, const char *self, const char *work)
{
	char line[8600];
	FILE *pipe;
	double mib;

	snprintf(line, sizeof(line), "'%s' --memory %s '%s'", self, work, top);
	pipe = popen(line, "r");
	must(pipe && fscanf(pipe, "%lf", &mib) == 1 && pclose(pipe) == 0);
	printf("%-44s%8.1f MiB%46s %s\n", what, mib, "<= 16.00",
	       mib <= 16 ? "met" : "MISSED");
}

/* What that process does. */
static int show_memory(const char *work)
{
	if (!strcmp(work, "large"))
		restore();
	else if (!strcmp(work, "wide"))
		restore_wide();
	else if (!strcmp(work, "commit")) {
		large = new_store("large");
		large_commit();
	} else {
		commit(new_store("wide"), WIDE, 64);
	}
	printf("%.1f\n", (double)peak_kib() / 1024);
	return 0;
}

/* ------------------------------------------------------------------- main */

static void bench(const char *self)
{
	printf("%-44s%14s%14s  %-19s  target\n", "", "ours", "plain",
	       "ratio (quartiles)");
	small = new_store("small");
	must(mkdir(in_top("plain"), 0700) == 0);
	measure(&(struct measure){
		.what = "commit of 4 KiB, against the same syncs",
		.prepare = clean_small,
		.ours = small_commit,
		.plain = small_plain,
		.rounds = SMALL_ROUNDS,
		.target = 1.2,
		.is_watched = true,
	});
	ckpt_close(small);

	large = new_store("large");
	measure(&(struct measure){
		.what = "commit of a large file, digest included",
		.prepare = clean_large,
		.ours = large_commit,
		.plain = large_plain,
		.rounds = LARGE_ROUNDS,
		.bytes = large_bytes,
		.target = 0.95,
		.is_watched = true,
	});
	write_file(in_top("source"), large_bytes, true);
	measure(&(struct measure){
		.what = "scheckpoint save, against cp and sync",
		.prepare = clean_large,
		.ours = save_command,
		.plain = copy_command,
		.rounds = LARGE_ROUNDS,
		.bytes = large_bytes,
		.target = 0.95,
		.is_watched = true,
	});
	unlink(in_top("source"));
	clean_large();
	measure_memory("memory of committing it", self, "commit");
	measure_memory("memory of restoring it", self, "large");
	measure(&(struct measure){
		.what = "restore with verification, from the disk",
		.prepare = forget_large,
		.ours = restore,
		.plain = read_large,
		.rounds = LARGE_ROUNDS,
		.bytes = large_bytes,
		.target = 0.9,
		.is_watched = true,
	});
	measure(&(struct measure){
		.what = "the same, from the page cache",
		.ours = restore,
		.plain = read_large,
		.rounds = LARGE_ROUNDS,
		.bytes = large_bytes,
		.target = 0.9,
	});
	measure(&(struct measure){.what = "the same, in processor time",
				  .ours = restore,
				  .plain = read_large,
				  .rounds = LARGE_ROUNDS,
				  .bytes = large_bytes,
				  .target = 0.9,
				  .is_work = true});
	clean_large();
	ckpt_close(large);

	fill_many();
	/* The store is listed three times, at a third of a microsecond for each
	 * name; only the newest version is read. */
	measure(&(struct measure){
		.what = "open and restore, 1,000 versions against 2",
		.ours = restore_many,
		.plain = restore_few,
		.rounds = MANY_ROUNDS,
		.is_watched = true,
		.most_s = 2e-3,
	});
	measure(&(struct measure){
		.what = "commit of 4 KiB, 1,000 versions against 2",
		.ours = commit_many,
		.plain = commit_few,
		.rounds = 101,
		.target = 1.2,
	});
	ckpt_close(many);
	ckpt_close(few);
	measure_memory("memory of committing 10,000 files", self, "files");
	measure_memory("memory of restoring them", self, "wide");
	measure(&(struct measure){
		.what = "restore of 10,000 files, against reading",
		.ours = restore_wide,
		.plain = read_wide,
		.rounds = MANY_ROUNDS,
		.target = 2,
	});
}

int main(int argc, char **argv)
{
	uint64_t random = 88172645463325252u;
	size_t i;

	if (argc == 4 && !strcmp(argv[1], "--memory")) {
		snprintf(top, sizeof(top), "%s", argv[3]);
		return show_memory(argv[2]);
	}
	if (argc < 3) {
		fprintf(stderr, "usage: store DIR SCHECKPOINT [MIB]\n");
		return 2;
	}
	scheckpoint = argv[2];
	if (argc > 3)
		large_bytes = strtoull(argv[3], NULL, 10) << 20;
	snprintf(top, sizeof(top), "%.4000s/bench-XXXXXX", argv[1]);
	must(mkdtemp(top));
	/* Random bytes: a file system may compress others. */
	for (i = 0; i < sizeof(chunk); i += sizeof(random)) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		memcpy(chunk + i, &random, sizeof(random));
	}
	bench(argv[0]);
	ckpt_fs_remove(AT_FDCWD, top);
	return 0;
}
