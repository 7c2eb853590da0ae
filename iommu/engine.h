/* SPDX-License-Identifier: GPL-2.0-only */
/* The engine: it makes tables and caches obey the permission sets of VFs. */
#ifndef _PASID_ENGINE_H
#define _PASID_ENGINE_H

#include "gaps.h"
#include "vf.h"

/* count.c: the counters of a VF */
void pasid_count_change(struct pasid_vf *vf, u16 rid, u32 pasid, u64 old, u64 new);
void pasid_count_flush(struct pasid_vf *vf, const struct vtd_inval *inval);
void pasid_count_ats_restored(struct pasid_vf *vf);
void pasid_count_fault(struct pasid_vf *vf, const struct vtd_fault *fault);

/* flushes.c: hooks that have not invalidated yet */
void pasid_flush_begins(void);
void pasid_flush_ends(void);
void pasid_flushes_wait(void);

/* function.c: can the function answer an invalidation? */
int pasid_vf_read_ats(const struct pasid_vf *vf, u16 *ctrl);
void pasid_vf_write_ats(const struct pasid_vf *vf, u16 ctrl);
bool pasid_vf_answers(struct pasid_vf *vf);
void pasid_vf_read_function(struct pasid_vf *vf, struct vtd_function *fn);
bool pasid_vf_keep_awake(const struct pasid_vf *vf);
void pasid_vf_let_sleep(const struct pasid_vf *vf, bool awake);
void pasid_vf_owe_device(struct pasid_vf *vf);
void pasid_vf_inval_done(struct pasid_vf *vf, const struct vtd_inval *inval);

/* context.c: context entries */
bool pasid_vf_edit_contexts(struct pasid_vf *vf, const struct pasid_gaps *as_of);
u64 *pasid_vf_find_context(const struct pasid_vf *vf, const struct pasid_context *ctx);
void pasid_vf_learn_contexts(struct pasid_vf *vf);
void pasid_vf_inval_contexts(const struct pasid_vf *vf, struct vtd_inval *inval);

/* scan.c: every PASID-table entry of a VF */
typedef void pasid_visit_fn(struct pasid_vf *vf, u32 pasid, bool is_rid_pasid, u64 *pte,
			    void *arg);
void pasid_vf_scan(struct pasid_vf *vf, pasid_visit_fn *visit, void *arg);
unsigned int pasid_vf_count_entries(struct pasid_vf *vf);

/* intent.c: in which nested PASID-table entries intel-iommu itself set SRE */
void pasid_vf_learn_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct pasid_gaps *as_of);
u64 pasid_vf_entry_target(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct vtd_pte_rule *rule);
void pasid_vf_setup_begins(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			   const struct pasid_gaps *gaps, bool replace);
void pasid_vf_setup_ends(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *gaps, bool replaced, bool done);

/* apply.c: from writers: all entries of one VF */
int pasid_vf_apply(struct pasid_vf *vf);

/* ats.c: ATS is on where Linux believes so */
void pasid_vf_restore_ats(struct pasid_vf *vf);
void pasid_vf_ats_disabled(struct pasid_vf *vf);

/* fixup.c: from hooks: what intel-iommu has just written */
void pasid_vf_queue_refresh(struct pasid_vf *vf);
void pasid_vf_fix_contexts(struct pasid_vf *vf);
void pasid_vf_after_pri_flip(struct pasid_vf *vf, const struct pasid_gaps *gaps, bool enable);
void pasid_vf_before_entry_setup(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
				 bool replace);
void pasid_vf_after_entry_setup(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
				bool replace, bool done);

/* serve.c: page requests of a VF whose user gets them */
bool pasid_vf_request_reported(struct pasid_vf *vf,
			       const struct iommu_fault_page_request *request);
bool pasid_vf_request_answered(struct pasid_vf *vf,
			       const struct iommu_fault_page_request *request, u32 code);
void pasid_vf_check_requests(struct pasid_vf *vf);
void pasid_vf_hold_requests(struct pasid_vf *vf, unsigned int why, bool answer);
void pasid_vf_hold_requests_of(struct pasid_vf *vf, u32 pasid);

/* pf.c: from hooks: a PF switches PASID or PRI off or on */
void pasid_pf_disabling(struct pci_dev *pf, unsigned int perm);
void pasid_pf_enabled(struct pci_dev *pf, unsigned int perm);

/* faults.c: from a hook: requests that the IOMMU has refused */
void pasid_faults_recorded(struct intel_iommu *iommu);

/* reset.c: from hooks: resets, error recovery and power states */
void pasid_pci_recovering(struct pci_dev *pdev);
void pasid_pci_restoring(struct pci_dev *pdev);
void pasid_pci_restored(struct pci_dev *pdev);
void pasid_pci_awake(struct pci_dev *pdev);
void pasid_vf_tell_reset(struct pasid_vf *vf);

#endif /* _PASID_ENGINE_H */
