/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of pasid-lab-client share. Arrows between them run one way: main
 * calls the commands; these use attachments, domains and memory; all use shell,
 * device and kernel.
 */
#ifndef LAB_CLIENT_H
#define LAB_CLIENT_H

#include <linux/iommu.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct intel_iommu;
struct seq_file;

/* Longest name of a domain, with its NUL. */
#define LAB_NAME_SIZE	48

/*
 * The size of a domain's memory, and its address. In a nested domain, supervisor
 * pages lead to the same memory from a second address.
 */
#define LAB_MEMORY_SIZE		SZ_16K
#define LAB_IOVA		0x10000
#define LAB_IOVA_SUPERVISOR	0x20000

/* Where a parent maps the first-stage table of a nested domain. */
#define LAB_TABLE_GPA		0x300000

/**
 * enum lab_type - what translates the requests of a PASID
 * @LAB_PAGING: the kernel's choice: first stage under fsts=on
 * @LAB_SS: second stage, which can be the parent of a nested domain
 * @LAB_PT: nothing: addresses pass through
 * @LAB_NESTED: a first stage on a second stage
 * @LAB_NESTED_SRE: the same, with supervisor requests allowed (SRE)
 */
enum lab_type {
	LAB_PAGING,
	LAB_SS,
	LAB_PT,
	LAB_NESTED,
	LAB_NESTED_SRE,
};

/**
 * struct lab_memory - memory for DMA, and its file in debugfs
 * @node: in the list of all of them
 * @name: the file's name
 * @file: the file; NULL before it is made
 * @data: the memory
 * @iova: the address at which DMA reaches the memory
 */
struct lab_memory {
	struct list_head node;
	char name[LAB_NAME_SIZE];
	struct dentry *file;
	void *data;
	u64 iova;
};

/**
 * struct lab_domain - a domain with a name, shared by all that ask for the name
 * @node: in the list of all domains
 * @name: its name
 * @type: its type
 * @users: number of attachments and nested domains that use it
 * @domain: the kernel's domain
 * @parent: the second stage of a nested domain, or NULL
 * @mem: the memory that it maps
 * @table: the first-stage table of a nested domain, or NULL
 */
struct lab_domain {
	struct list_head node;
	char name[LAB_NAME_SIZE];
	enum lab_type type;
	unsigned int users;
	struct iommu_domain *domain;
	struct lab_domain *parent;
	struct lab_memory mem;
	void *table;
};

/* dev_iommu_ops() is in a private header of the IOMMU core; the types are public. */
static inline const struct iommu_ops *lab_iommu_ops(struct device *dev)
{
	return dev->iommu->iommu_dev->ops;
}

/* client-shell.c: all functions below run under this lock */
extern u64 lab_result;
void lab_lock(void);
void lab_unlock(void);
bool lab_is_owner(void);

/* client-device.c */
struct pci_dev *lab_find_device(const char *bdf);
struct pci_dev *lab_find_pasid_device(const char *bdf);

/* client-domain.c */
int lab_parse_type(const char *word, enum lab_type *type);
const char *lab_type_name(enum lab_type type);
struct lab_domain *lab_domain_get(struct device *dev, enum lab_type type,
				  const char *name);
void lab_domain_put(struct lab_domain *dom);

/* client-attach.c */
int lab_cmd_attach(int argc, char **argv);
int lab_cmd_attach_range(int argc, char **argv);
int lab_cmd_detach(int argc, char **argv);
int lab_cmd_detach_range(int argc, char **argv);
int lab_cmd_detach_all(int argc, char **argv);
int lab_cmd_replace(int argc, char **argv);
void lab_list(struct seq_file *s);
void lab_forget_device(struct device *dev);
void lab_forget_all(void);

/* client-bench.c */
int lab_cmd_bench(int argc, char **argv);

/* client-memory.c */
void lab_memory_init(struct dentry *parent);
int lab_memory_show(struct lab_memory *mem, const char *name);
void lab_memory_hide(struct lab_memory *mem);
void lab_memory_list(struct seq_file *s);

/* client-map.c */
int lab_map_add(struct lab_domain *dom);
void lab_map_remove(struct lab_domain *dom);

/* client-dma.c */
int lab_cmd_memory(int argc, char **argv);
int lab_cmd_forget_memory(int argc, char **argv);
void lab_dma_forget_device(const struct device *dev);
void lab_dma_forget_all(void);

/* client-pci.c */
int lab_cmd_ats(int argc, char **argv);
int lab_cmd_error(int argc, char **argv);
int lab_cmd_lock_config(int argc, char **argv);
int lab_cmd_iopf(int argc, char **argv);
int lab_cmd_pasid_status(int argc, char **argv);
int lab_cmd_take(int argc, char **argv);

/* client-hold-add.c */
extern u32 lab_held_add;
int lab_hold_add_init(void);
void lab_hold_add_end(void);
int lab_cmd_hold_add(int argc, char **argv);

/* client-core.c or client-direct.c */
int lab_backend_init(void);
struct iommu_domain *lab_alloc_ss(struct device *dev);
struct iommu_domain *lab_alloc_nested(struct device *dev,
				      struct iommu_domain *parent,
				      const struct iommu_user_data *data);
int lab_attach(struct iommu_domain *domain, struct device *dev, u32 pasid,
	       struct iommu_attach_handle *handle);
int lab_replace(struct iommu_domain *domain, struct device *dev, u32 pasid,
		struct iommu_attach_handle *handle);
void lab_detach(struct iommu_domain *domain, struct device *dev, u32 pasid);
int lab_iopf(struct device *dev, bool enable);

/* client-ecap.c */
int lab_ecap_init(void);
int lab_cmd_ecap(int argc, char **argv);
void lab_ecap_restore(void);
struct intel_iommu *lab_intel_iommu(struct device *dev);

/* client-erratum.c */
int lab_cmd_extra_inval(int argc, char **argv);

/* client-fail-qi.c */
extern atomic_t lab_fail_qi_left;
int lab_cmd_fail_qi(int argc, char **argv);
void lab_fail_qi_disarm(void);

/* client-faults.c */
int lab_cmd_faults(int argc, char **argv);
void lab_faults_restore(void);

/* client-hold-hooks.c */
int lab_cmd_hold_hooks(int argc, char **argv);
void lab_hold_hooks_end(void);

/* client-stall-qi.c */
extern const char *lab_stall_qi_state;
int lab_cmd_stall_qi(int argc, char **argv);
void lab_stall_qi_end(void);

/* client-latency.c */
extern u64 lab_latency_irq;
extern u64 lab_latency_task;
int lab_cmd_latency(int argc, char **argv);

/* client-kernel.c */
int lab_kernel_init(void);
void *lab_symbol(const char *name);
int lab_member_bit(const char *type, const char *member);
int lab_member_offset(const char *type, const char *member);

#endif
