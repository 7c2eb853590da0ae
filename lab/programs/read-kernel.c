// SPDX-License-Identifier: GPL-2.0-only
/*
 * read-kernel: prints the eight bytes at an address of the kernel as one number, in
 * hexadecimal, in the form of /proc/kallsyms.
 *
 *   read-kernel ADDRESS
 */
#include <linux/elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void read_all(int fd, void *buf, size_t size, uint64_t at)
{
	if (pread(fd, buf, size, at) == (ssize_t)size)
		return;
	perror("read-kernel: /proc/kcore");
	exit(1);
}

int main(int argc, char **argv)
{
	int fd = open("/proc/kcore", O_RDONLY);
	uint64_t address, word;
	struct elf64_hdr header;
	struct elf64_phdr segment;

	if (argc != 2)
		return 2;
	address = strtoull(argv[1], NULL, 16);
	read_all(fd, &header, sizeof(header), 0);
	for (int i = 0; i < header.e_phnum; i++) {
		read_all(fd, &segment, sizeof(segment), header.e_phoff + i * sizeof(segment));
		if (segment.p_type != PT_LOAD || address < segment.p_vaddr ||
		    address + sizeof(word) > segment.p_vaddr + segment.p_memsz)
			continue;
		read_all(fd, &word, sizeof(word), segment.p_offset + address - segment.p_vaddr);
		printf("%016llx\n", (unsigned long long)word);
		return 0;
	}
	fprintf(stderr, "read-kernel: the kernel has no memory at %s\n", argv[1]);
	return 1;
}
