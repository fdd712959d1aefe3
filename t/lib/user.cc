// SPDX-License-Identifier: GPL-2.0-or-later
// user.cc: a C++ program that saves a number in a store and reads it back.
#include <ckptstate.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

using Store = std::unique_ptr<ckpt_store, decltype(&ckpt_close)>;

static int complain(const ckpt_error &err)
{
	std::fprintf(stderr, "%s\n", err.text);
	return 1;
}

int main()
{
	ckpt_error err = {};
	ckpt_store *handle = nullptr;
	ckpt_stage *stage = nullptr;
	ckpt_version version = {};
	const char *dir = nullptr;
	int number = 41;

	if (ckpt_open(&handle, nullptr, CKPT_WRITE, CKPT_RUN_PRESENT, &err))
		return complain(err);
	Store store(handle, ckpt_close);
	if (ckpt_restore(store.get(), &version, &dir, &err) == CKPT_OK)
		std::ifstream(std::string(dir) + "/number") >> number;
	number++;
	if (ckpt_begin(store.get(), &stage, &err))
		return complain(err);
	std::ofstream(ckpt_stage_dir(stage) + std::string("/number")) << number;
	if (ckpt_commit(stage, nullptr, &err))
		return complain(err);
	std::printf("%d\n", number);
	return 0;
}
