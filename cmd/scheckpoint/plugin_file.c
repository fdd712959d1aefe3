/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin_file.c: what the plugin's file tells of itself, without running it. */
#include "cmd/scheckpoint/plugin_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of this machine's processor: Slurm loads no other. */
#if __SIZEOF_POINTER__ == 8
typedef Elf64_Ehdr elf_header;
typedef Elf64_Shdr elf_section;
typedef Elf64_Sym elf_symbol;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Shdr elf_section;
typedef Elf32_Sym elf_symbol;
#endif

/* A file in memory; every place in it is checked before it is read. */
struct image {
	const char *data;
	size_t size;
};

void plugin_find(const char *name, const char *dirs, char *path, size_t size)
{
	const char *dir = dirs;

	snprintf(path, size, "%s", name);
	if (strchr(name, '/'))
		return;
	while (*dir) {
		size_t len = strcspn(dir, ":");

		snprintf(path, size, "%.*s/%s", (int)len, dir, name);
		if (access(path, F_OK) == 0)
			return;
		dir += len + (dir[len] == ':');
	}
	snprintf(path, size, "%s", name);
}

static const void *at(const struct image *image, uint64_t offset, uint64_t len,
		      size_t alignment)
{
	if (offset > image->size || len > image->size - offset ||
	    offset % alignment)
		return NULL;
	return image->data + offset;
}

static const elf_section *sections(const struct image *image, size_t *count)
{
	const elf_header *header = at(image, 0, sizeof(*header), 1);

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_shentsize != sizeof(elf_section))
		return NULL;
	*count = header->e_shnum;
	return at(image, header->e_shoff, *count * sizeof(elf_section),
		  _Alignof(elf_section));
}

/* The place in the file of an address in memory. */
static uint64_t offset_of(const elf_section *list, size_t count,
			  uint64_t address)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].sh_type == SHT_PROGBITS &&
		    address >= list[i].sh_addr &&
		    address - list[i].sh_addr < list[i].sh_size)
			return list[i].sh_offset + address - list[i].sh_addr;
	return UINT64_MAX;
}

/* The value of a variable of 4 bytes; 0: it isn't there. */
static uint32_t variable(const struct image *image, const char *name)
{
	size_t count = 0, len = strlen(name) + 1;
	const elf_section *list = sections(image, &count);

	for (size_t i = 0; list && i < count; i++) {
		const elf_section *table = &list[i], *names;
		const elf_symbol *symbols;

		if (table->sh_type != SHT_DYNSYM || table->sh_link >= count)
			continue;
		names = &list[table->sh_link];
		symbols = at(image, table->sh_offset, table->sh_size,
			     _Alignof(elf_symbol));
		for (size_t j = 0;
		     symbols && j < table->sh_size / sizeof(*symbols); j++) {
			uint64_t place = names->sh_offset + symbols[j].st_name;
			const uint32_t *value;

			if (place > image->size || len > image->size - place ||
			    memcmp(image->data + place, name, len) != 0)
				continue;
			value = at(image,
				   offset_of(list, count, symbols[j].st_value),
				   sizeof(*value), _Alignof(uint32_t));
			return value ? *value : 0;
		}
	}
	return 0;
}

bool plugin_version(const char *path, char version[PLUGIN_VERSION_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct image image = {0};
	uint32_t number = 0;
	struct stat st;
	void *data;

	version[0] = '\0';
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE,
			    fd, 0);
		if (data != MAP_FAILED) {
			image = (struct image){data, (size_t)st.st_size};
			number = variable(&image, "plugin_version");
			munmap(data, image.size);
		}
	}
	close(fd);
	errno = ENOEXEC;
	if (!number)
		return false;
	snprintf(version, PLUGIN_VERSION_MAX, "%u.%02u.%u", number >> 16 & 255,
		 number >> 8 & 255, number & 255);
	return true;
}

void file_digest(const char *path, char hex[CKPT_DIGEST_LENGTH + 1])
{
	struct ckpt_digest *digest = ckpt_digest_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint64_t bytes;

	if (!digest || fd < 0 ||
	    ckpt_digest_file(digest, fd, false, hex, &bytes))
		hex[0] = '\0';
	if (fd >= 0)
		close(fd);
	ckpt_digest_free(digest);
}
