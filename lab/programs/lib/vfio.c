// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vfio.h"

/* As in the project's uapi header. */
#define CONTROL_TYPE	(1u << 31 | 0xffff)
#define CONTROL_SUBTYPE	0x5043

#define PAGE_SIZE	4096

/* A first stage: the address of its tables, and bits of their entries. */
#define TABLES		0x100000
#define LEVELS		4
#define PRESENT		(1ull << 0)
#define WRITABLE	(1ull << 1)
#define USER		(1ull << 2)

static int open_group(const char *bdf)
{
	char link[128], target[PATH_MAX], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", bdf);
	length = readlink(link, target, sizeof(target) - 1);
	if (length < 0)
		return -1;
	target[length] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%s", strrchr(target, '/') + 1);
	return open(path, O_RDWR);
}

void vfio_close(struct vfio_function *fn)
{
	if (fn->device >= 0)
		close(fn->device);
	if (fn->group >= 0)
		close(fn->group);
	if (fn->container >= 0)
		close(fn->container);
	if (fn->faults >= 0)
		close(fn->faults);
	if (fn->iommufd >= 0)
		close(fn->iommufd);
}

static int open_device_type1(struct vfio_function *fn, const char *bdf)
{
	fn->container = open("/dev/vfio/vfio", O_RDWR);
	fn->group = open_group(bdf);
	if (fn->container < 0 || fn->group < 0 ||
	    ioctl(fn->group, VFIO_GROUP_SET_CONTAINER, &fn->container) ||
	    ioctl(fn->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -1;
	fn->device = ioctl(fn->group, VFIO_GROUP_GET_DEVICE_FD, bdf);
	return fn->device < 0 ? -1 : 0;
}

/* The file has the name of the only folder in vfio-dev. */
static int open_cdev(const char *bdf)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	int cdev = -1;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vfio-dev", bdf);
	dir = opendir(path);
	if (!dir)
		return -1;
	errno = ENOENT;
	while (cdev < 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
		cdev = open(path, O_RDWR);
		break;
	}
	closedir(dir);
	return cdev;
}

static int open_device_iommufd(struct vfio_function *fn, const char *bdf)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };

	fn->iommufd = open("/dev/iommu", O_RDWR);
	fn->device = open_cdev(bdf);
	if (fn->iommufd < 0 || fn->device < 0)
		return -1;
	bind.iommufd = fn->iommufd;
	if (ioctl(fn->device, VFIO_DEVICE_BIND_IOMMUFD, &bind))
		return -1;
	fn->id = bind.out_devid;
	return 0;
}

static bool is_control(const struct vfio_region_info *info)
{
	const char *start = (const char *)info;
	const struct vfio_region_info_cap_type *type;
	const struct vfio_info_cap_header *cap;
	uint32_t at;

	if (!(info->flags & VFIO_REGION_INFO_FLAG_CAPS))
		return false;
	for (at = info->cap_offset; at; at = cap->next) {
		cap = (const void *)(start + at);
		type = (const void *)cap;
		if (cap->id == VFIO_REGION_INFO_CAP_TYPE && type->type == CONTROL_TYPE &&
		    type->subtype == CONTROL_SUBTYPE)
			return true;
	}
	return false;
}

static int find_regions(struct vfio_function *fn)
{
	struct vfio_device_info device = { .argsz = sizeof(device) };
	union {
		struct vfio_region_info info;
		char room[1024];
	} region;
	unsigned int i;

	if (ioctl(fn->device, VFIO_DEVICE_GET_INFO, &device))
		return -1;
	for (i = 0; i < device.num_regions; i++) {
		memset(&region, 0, sizeof(region));
		region.info.argsz = sizeof(region);
		region.info.index = i;
		if (ioctl(fn->device, VFIO_DEVICE_GET_REGION_INFO, &region.info))
			continue; /* VGA */
		if (i == VFIO_PCI_BAR0_REGION_INDEX) {
			fn->bar = region.info.offset;
		} else if (i == VFIO_PCI_CONFIG_REGION_INDEX) {
			fn->config = region.info.offset;
		} else if (is_control(&region.info)) {
			fn->control = region.info.offset;
			fn->control_size = region.info.size;
			fn->control_index = i;
		}
	}
	return 0;
}

static int open_function(struct vfio_function *fn, const char *bdf,
			 int (*open_device)(struct vfio_function *fn, const char *bdf))
{
	int err = 0;

	memset(fn, 0, sizeof(*fn));
	fn->container = -1;
	fn->group = -1;
	fn->iommufd = -1;
	fn->faults = -1;
	fn->device = -1;
	if (open_device(fn, bdf) || find_regions(fn)) {
		err = errno;
		vfio_close(fn);
	}
	return err;
}

int vfio_open(struct vfio_function *fn, const char *bdf)
{
	return open_function(fn, bdf, open_device_type1);
}

int vfio_open_iommufd(struct vfio_function *fn, const char *bdf)
{
	return open_function(fn, bdf, open_device_iommufd);
}

int vfio_map_file(const char *path, void **page)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return errno;
	*page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return *page == MAP_FAILED ? errno : 0;
}

int vfio_alloc_ioas(struct vfio_function *fn, uint32_t *ioas)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	int err = ioctl(fn->iommufd, IOMMU_IOAS_ALLOC, &alloc) ? errno : 0;

	*ioas = alloc.out_ioas_id;
	return err;
}

int vfio_map_memory(struct vfio_function *fn, uint32_t ioas, void *start, size_t length,
		    uint64_t iova)
{
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE |
			 IOMMU_IOAS_MAP_READABLE,
		.ioas_id = ioas,
		.user_va = (uintptr_t)start,
		.length = length,
		.iova = iova,
	};

	return ioctl(fn->iommufd, IOMMU_IOAS_MAP, &map) ? errno : 0;
}

static int alloc_table(struct vfio_function *fn, uint32_t flags, uint32_t parent,
		       struct iommu_hwpt_vtd_s1 *stage, uint32_t *table)
{
	struct iommu_hwpt_alloc alloc = {
		.size = sizeof(alloc),
		.flags = flags,
		.dev_id = fn->id,
		.pt_id = parent,
	};

	if (stage) {
		alloc.data_type = IOMMU_HWPT_DATA_VTD_S1;
		alloc.data_len = sizeof(*stage);
		alloc.data_uptr = (uintptr_t)stage;
	}
	if (ioctl(fn->iommufd, IOMMU_HWPT_ALLOC, &alloc))
		return -1;
	*table = alloc.out_hwpt_id;
	return 0;
}

int vfio_map_page(struct vfio_function *fn, const char *path, uint64_t iova, uint32_t *table)
{
	uint32_t ioas;
	void *page;

	if (vfio_map_file(path, &page) || vfio_alloc_ioas(fn, &ioas) ||
	    vfio_map_memory(fn, ioas, page, PAGE_SIZE, iova) ||
	    alloc_table(fn, IOMMU_HWPT_ALLOC_PASID, ioas, NULL, table))
		return errno;
	return 0;
}

/* Four levels of page tables, one page each. The second stage maps them at TABLES. */
static void *make_first_stage(uint64_t iova)
{
	uint64_t *tables = mmap(NULL, LEVELS * PAGE_SIZE, PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int level, index;
	uint64_t next;

	if (tables == MAP_FAILED)
		return tables;
	for (level = 0; level < LEVELS; level++) {
		index = iova >> (12 + 9 * (LEVELS - 1 - level)) & 511;
		next = level < LEVELS - 1 ? TABLES + (level + 1) * PAGE_SIZE : iova;
		tables[level * 512 + index] = next | PRESENT | WRITABLE | USER;
	}
	return tables;
}

int vfio_map_nested(struct vfio_function *fn, const char *path, uint64_t iova, bool privileged,
		    uint32_t *table)
{
	struct iommu_hwpt_vtd_s1 stage = {
		.flags = privileged ? IOMMU_VTD_S1_SRE : 0,
		.pgtbl_addr = TABLES,
		.addr_width = 48,
	};
	void *tables = make_first_stage(iova);
	uint32_t ioas, parent;
	void *page;

	if (tables == MAP_FAILED || vfio_map_file(path, &page) || vfio_alloc_ioas(fn, &ioas) ||
	    vfio_map_memory(fn, ioas, page, PAGE_SIZE, iova) ||
	    vfio_map_memory(fn, ioas, tables, LEVELS * PAGE_SIZE, TABLES) ||
	    alloc_table(fn, IOMMU_HWPT_ALLOC_NEST_PARENT, ioas, NULL, &parent) ||
	    alloc_table(fn, IOMMU_HWPT_ALLOC_PASID, parent, &stage, table))
		return errno;
	return 0;
}

int vfio_hw_info(struct vfio_function *fn, struct vfio_hw_info *info)
{
	struct iommu_hw_info cmd = { .size = sizeof(cmd), .dev_id = fn->id };

	if (ioctl(fn->iommufd, IOMMU_GET_HW_INFO, &cmd))
		return errno;
	info->pasid_width = cmd.out_max_pasid_log2;
	info->exec = cmd.out_capabilities & IOMMU_HW_CAP_PCI_PASID_EXEC;
	info->priv = cmd.out_capabilities & IOMMU_HW_CAP_PCI_PASID_PRIV;
	return 0;
}

int vfio_attach(struct vfio_function *fn, uint32_t pasid, uint32_t table)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
		.pt_id = table,
	};

	if (pasid != VFIO_NO_PASID) {
		attach.flags = VFIO_DEVICE_ATTACH_PASID;
		attach.pasid = pasid;
	}
	return ioctl(fn->device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) ? errno : 0;
}

int vfio_detach(struct vfio_function *fn, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt detach = { .argsz = sizeof(detach) };

	if (pasid != VFIO_NO_PASID) {
		detach.flags = VFIO_DEVICE_DETACH_PASID;
		detach.pasid = pasid;
	}
	return ioctl(fn->device, VFIO_DEVICE_DETACH_IOMMUFD_PT, &detach) ? errno : 0;
}

static int read_at(struct vfio_function *fn, uint64_t at, void *buf, size_t size)
{
	ssize_t done = pread(fn->device, buf, size, at);

	if (done < 0)
		return errno;
	return (size_t)done == size ? 0 : EIO;
}

static int write_at(struct vfio_function *fn, uint64_t at, const void *buf, size_t size)
{
	ssize_t done = pwrite(fn->device, buf, size, at);

	if (done < 0)
		return errno;
	return (size_t)done == size ? 0 : EIO;
}

int vfio_read_config(struct vfio_function *fn, unsigned int at, void *buf, size_t size)
{
	return read_at(fn, fn->config + at, buf, size);
}

int vfio_write_config(struct vfio_function *fn, unsigned int at, const void *buf, size_t size)
{
	return write_at(fn, fn->config + at, buf, size);
}

int vfio_read_control(struct vfio_function *fn, unsigned int at, void *buf, size_t size)
{
	return fn->control ? read_at(fn, fn->control + at, buf, size) : ENOENT;
}

int vfio_write_control(struct vfio_function *fn, unsigned int at, const void *buf, size_t size)
{
	return fn->control ? write_at(fn, fn->control + at, buf, size) : ENOENT;
}

int vfio_reset(struct vfio_function *fn)
{
	return ioctl(fn->device, VFIO_DEVICE_RESET) ? errno : 0;
}

int vfio_hot_reset(struct vfio_function *fn)
{
	char room[sizeof(struct vfio_pci_hot_reset) + sizeof(int32_t)];
	struct vfio_pci_hot_reset *reset = (void *)room;

	memset(room, 0, sizeof(room));
	reset->argsz = sizeof(room);
	reset->count = 1;
	reset->group_fds[0] = fn->group;
	return ioctl(fn->device, VFIO_DEVICE_PCI_HOT_RESET, reset) ? errno : 0;
}

int vfio_low_power(struct vfio_function *fn, bool enter)
{
	struct vfio_device_feature feature = {
		.argsz = sizeof(feature),
		.flags = VFIO_DEVICE_FEATURE_SET |
			 (enter ? VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY :
			  VFIO_DEVICE_FEATURE_LOW_POWER_EXIT),
	};

	return ioctl(fn->device, VFIO_DEVICE_FEATURE, &feature) ? errno : 0;
}
