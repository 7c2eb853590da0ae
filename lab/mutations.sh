# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016 # sed scripts, not shell
# What scripts/mutate does to the module, one thing at a time: each store to a table and each invalidation is
# suppressed, narrowed or reordered.
#
#   mutant NAME KERNEL TEST ONLY FILE SED
#
# NAME is one word. TEST is the file in scripts/tests/ that is to notice, and ONLY the tests in it that are run:
# patterns with | between them, as `it` in scripts/tests/lib.sh matches them. FILE is in iommu/. SED is a script for
# sed -E; one that changes nothing is an error, so this list cannot fall behind the code unseen.
#
# Not here, because no simulation can tell the difference: the cache flush after a store (the memory of QEMU is
# always coherent), and PFSID (QEMU has no ECAP.DIT).

# --- Stores ------------------------------------------------------------------------------------------------

mutant store-context-not newest dma "enable: blocked and back, on a VF of the host" context.c \
	's/pasid_unit_store\(&vf->unit, entry, new\);/;/'
mutant store-entry-not newest dma "priv: blocked and back*" apply.c \
	's/pasid_unit_store\(&vf->unit, &pte\[2\], new\);/;/'
mutant store-entry-not-at-birth newest dma "priv: a user's ss entry" atomic.c \
	's/pasid_unit_store\(&vf->unit, &pte\[2\], new\);/;/'
mutant store-context-first-alias-only newest shapes "*aliases*" context.c \
	's/ctx < vf->ctx \+ vf->ctx_count; ctx\+\+/ctx < vf->ctx + 1; ctx++/'
mutant store-without-PRE newest dma "pri: page requests*" entry.c \
	's/if \(effective & PASID_PERM_PRI\)/if (true)/'
mutant store-entries-of-first-table-only newest deny "64 PASIDs in 8*" scan.c \
	's/i < dir.count; i\+\+/i < 1; i++/'
mutant store-touches-RID_PASID newest types "default_ctl*|of a user*" apply.c \
	's/if \(rid \|\| /if (/'
mutant store-ATS-not-restored newest dma "enable: translation requests*" context.c \
	's/pasid_vf_write_ats\(vf, ctrl \| PCI_ATS_CTRL_ENABLE\);/;/'

# --- A context entry has changed, by a write ----------------------------------------------------------------

mutant context-cache-not-flushed newest dma "enable: blocked and back, on a VF of the host" apply.c \
	's/vtd_plan_context\(plan, vf->ctx\[i\].rid\);/;/'
mutant context-cache-first-alias-only newest shapes "*aliases*" apply.c \
	's/i < vf->ctx_count; i\+\+/i < 1; i++/'
mutant context-cache-flushed-too-late newest deny "1 PASID*" apply.c \
	'/bitmap_zero\(apply->dids/,/^}/! { /vtd_plan_run\(plan\);/d }'
mutant context-cache-of-a-sibling newest dma "enable: blocked and back, on a VF of the host" plan.c \
	's/VTD_CC_DEVICE \| VTD_INV_SID\(rid\)/VTD_CC_DEVICE | VTD_INV_SID(rid + 1)/'
mutant domain-PASID-cache-not-flushed newest dma "enable: blocked and back, on a VF of the host" plan.c \
	's/vtd_plan_add\(plan, VTD_INV_PASID \| VTD_PC_DOMAIN.*/;/'
mutant domain-PASID-cache-one-PASID-only newest dma "enable: blocked and back, on a VF of the host" plan.c \
	's/VTD_INV_PASID \| VTD_PC_DOMAIN \|/VTD_INV_PASID | VTD_PC_PASID |/'
mutant domain-IOTLB-not-flushed newest dma "enable: blocked and back, on a VF of the host" plan.c \
	'/vtd_plan_add\(plan, VTD_INV_IOTLB \| VTD_IOTLB_DOMAIN/,/;/d'
mutant domain-IOTLB-one-page-only newest dma "enable: a ss entry" plan.c \
	's/VTD_INV_IOTLB \| VTD_IOTLB_DOMAIN/VTD_INV_IOTLB | VTD_INV_GRAN(3)/'
mutant domains-first-only newest deny "64 PASIDs in 8*" apply.c \
	's/vtd_plan_domain\(plan, &apply->fn, i\);/{ vtd_plan_domain(plan, \&apply->fn, i); break; }/'
mutant domains-of-first-table-only newest deny "64 PASIDs in 8*" apply.c \
	's/if \(apply->whole\)$/if (apply->whole \&\& pasid < VTD_LEAF_ENTRIES)/'
mutant domain-device-TLB-not-flushed newest dma "enable: translation requests*" apply.c \
	's/if \(apply->any\)/if (false)/'
mutant device-TLB-first-page-only newest dma "enable: translation requests*" plan.c \
	's/^(#define VTD_DEVTLB_ALL\t+).*/\10/'
mutant failed-invalidation-is-no-error newest fail-closed "a deny stays*" plan.c \
	's/plan->err = err;/;/'
mutant failed-invalidation-is-forgotten newest fail-closed "a deny stays*|the next write*" apply.c \
	's/atomic_set\(&vf->stale, 1\);/;/'

# --- A PASID-table entry has changed, by a write ------------------------------------------------------------

mutant entry-PASID-cache-not-flushed newest dma "priv: blocked and back*" plan.c \
	's/vtd_plan_add\(plan, VTD_INV_PASID \| VTD_PC_PASID \| id, 0\);/;/'
mutant entry-PASID-cache-of-PASID-0 newest dma "priv: blocked and back*" plan.c \
	's/VTD_PC_PASID \| id, 0/VTD_PC_PASID | VTD_INV_DID(did), 0/'
mutant entry-IOTLB-not-flushed newest dma "priv: blocked and back*" plan.c \
	's/vtd_plan_add\(plan, VTD_INV_PIOTLB \| VTD_PIOTLB_PASID \| id, 0\);/;/'
mutant entry-IOTLB-of-PASID-0 newest dma "priv: blocked and back*" plan.c \
	's/VTD_PIOTLB_PASID \| id, 0/VTD_PIOTLB_PASID | VTD_INV_DID(did), 0/'
mutant entry-device-TLB-not-flushed newest dma "priv: translations*" plan.c \
	'0,/vtd_plan_add\(plan, qw0, VTD_PDEVTLB_ALL\);/ s/vtd_plan_add\(plan, qw0, VTD_PDEVTLB_ALL\);/;/'
mutant entry-device-TLB-first-page-only newest dma "priv: translations*" plan.c \
	's/^(#define VTD_PDEVTLB_ALL\t).*/\10/'
mutant entries-first-of-table-only newest types "default_ctl*|of a user*|a deny is flushed*" apply.c \
	's/i < apply->changed; i\+\+/i < 1 \&\& apply->changed; i++/'
mutant entries-first-batch-only newest types "default_ctl*|of a user*|the grant ends*|256*" plan.c \
	'/plan->count == VTD_PLAN_BATCH/,/;/ s/vtd_plan_submit\(plan\);/plan->count = 0;/'
mutant entries-flushed-before-the-store newest dma "priv: the same at*" scan.c \
	'/if \(leaf\)/,/leaf\(vf, arg\);/d; s/^(\t\t)spin_lock\(vf->unit.lock\);/&\n/; /if \(!table\)/,/continue;/ s/(continue;)/\1\n\t\tif (leaf)\n\t\t\tleaf(vf, arg);/'

mutant entry-device-TLB-not-twice newest types "a device with the erratum*" plan.c \
	'/if \(fn->twice\)/,/;/ s/vtd_plan_add\(plan, qw0, VTD_PDEVTLB_ALL\);/;/'
mutant domain-device-TLB-not-twice newest types "a device with the erratum*" plan.c \
	'/if \(fn->twice\)/,/;/ s/vtd_plan_add\(plan, qw0, VTD_DEVTLB_ALL\);/;/'

# --- Changes by hooks ---------------------------------------------------------------------------------------

mutant birth-not-flushed newest types "default_ctl*|of a user*|a nested entry with SRE is born*" atomic.c \
	's/vtd_plan_entry\(plan, &fn, did, pasid\);/;/'
mutant birth-hook-blind newest dma "priv: a user's ss entry" atomic.c \
	's/^(\t)if \(pte\)$/\1if (false)/'
mutant PRI-on-demand-context-not-flushed 6.12 pf "page requests*" atomic.c \
	'/plan = pasid_hook_plan_init\(vf\);/,/vtd_plan_all_domains/ s/pasid_plan_contexts\(plan, vf\);/;/'
mutant PRI-on-demand-domains-not-flushed 6.12 pf "page requests*" atomic.c \
	's/^(\t\t)vtd_plan_all_domains\(plan, &fn\);\n?/\1;/'
mutant PF-loss-not-enforced newest pf "the PF loses PASID*" atomic.c \
	's/if \(!pasid_vf_edit_contexts\(vf\)\)/if (true)/'
mutant PF-loss-context-not-flushed newest pf "the PF loses PASID*" atomic.c \
	'/plan = plan \?: pasid_hook_plan_init\(vf\);/,/}/ s/pasid_plan_contexts\(plan, vf\);/;/'
mutant PF-loss-PASID-cache-not-flushed newest pf "the PF loses PASID*" plan.c \
	's/vtd_plan_add\(plan, VTD_INV_PASID \| VTD_PC_GLOBAL, 0\);/;/'
mutant PF-loss-IOTLB-not-flushed newest pf "the PF loses PASID*" plan.c \
	's/vtd_plan_add\(plan, VTD_INV_IOTLB \| VTD_IOTLB_GLOBAL.*/;/'
mutant PF-loss-device-TLB-of-first-VF-only newest pf "the PF loses PASID*" atomic.c \
	'/first = false;/,/}/ s/vtd_plan_device_tlb\(plan, &fn\);/break;/'

# --- What went by unseen ------------------------------------------------------------------------------------

mutant missed-not-looked-for newest missed "the next call*|room for one*" hooks.c \
	'/looking at all VFs/,/schedule_work/ s/schedule_work\(&pasid_rescan\);/;/'
mutant missed-not-looked-for-under-load newest missed "room for one*" hooks.c \
	'/looking at all VFs/,/schedule_work/ s/schedule_work\(&pasid_rescan\);/;/'
mutant missed-not-looked-for-by-writes newest missed "so does the next write*" apply.c \
	's/missed != vf->missed_seen/false/'
mutant missed-and-not-forgotten newest missed "what intel-iommu*" apply.c \
	's/pasid_vf_forget_entries\(vf\);/;/'
