# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016 # sed scripts, not shell
# The mutants that scripts/mutate tries: each breaks the product in one place. Each store to a table and each
# invalidation is left out, narrowed or moved; so are other steps that a test has to notice and scripts/gen-mutants
# cannot break.
#
#   mutant NAME KERNEL TEST ONLY FILE SED...
#
# NAME is one word. TEST is the file in scripts/tests/ that has to notice the mutant, and ONLY says which of its tests are
# run: patterns with | between them, as `it` in scripts/tests/lib.sh matches them. Or TEST is kunit, KERNEL is uml, and
# ONLY is a pattern of suites, as KUnit matches them. Each SED, a script for sed -E, changes FILE; if one of them
# changes nothing, that is an error, so this list always fits the code.
#
# Three steps have no mutant, because no simulation shows their effect: the cache flush after a store (the memory of QEMU
# is always coherent), PFSID (QEMU has no ECAP.DIT), and the two smp_mb() of iommu/ats.c, between ATS that is switched on
# again and pci_disable_ats() (in QEMU each configuration access takes a lock, which is a barrier as well, and UML has one
# processor).

# --- Stores ------------------------------------------------------------------------------------------------

mutant store-context-not newest dma "enable: -enable blocks DMA*on a VF of the host" iommu/context.c \
	's/pasid_unit_store\(&vf->unit, entry, new\);/;/'
mutant store-entry-not newest dma "priv: -priv blocks*" iommu/apply.c \
	's/pasid_unit_store\(&vf->unit, &pte\[2\], new\);/;/'
mutant store-entry-not-at-birth newest dma "priv: -priv and +priv work on a user's ss entry" iommu/fixup.c \
	's/pasid_unit_store\(&vf->unit, &pte\[2\], new\);/;/'
mutant store-context-first-alias-only newest shapes "*aliases*" iommu/context.c \
	's/ctx < vf->tables.ctx \+ vf->tables.ctx_count; ctx\+\+/ctx < vf->tables.ctx + 1; ctx++/'
mutant store-without-PRE newest dma "pri: after -pri*" iommu/entry.c \
	's/if \(effective & PASID_PERM_PRI\)/if (true)/'
mutant store-entries-of-first-table-only newest deny "deny and grant enable with 64 PASIDs in 8*" iommu/scan.c \
	's/i < dir.count; i\+\+/i < 1; i++/'
mutant store-touches-RID_PASID newest types "default_ctl changes*|on a VF with a user*" iommu/apply.c \
	's/if \(is_rid_pasid\)/if (false)/'
mutant store-ATS-not-restored newest dma "enable: denied translation requests*" iommu/ats.c \
	's/pasid_vf_write_ats\(vf, ctrl \| PCI_ATS_CTRL_ENABLE\);/;/'

# --- A context entry has changed, by a write ----------------------------------------------------------------

mutant context-cache-not-flushed newest dma "enable: -enable blocks DMA*on a VF of the host" iommu/apply.c \
	's/pasid_vf_inval_contexts\(vf, inval\);/;/'
mutant context-cache-first-alias-only newest shapes "*aliases*" iommu/context.c \
	's/i < vf->tables.ctx_count; i\+\+/i < 1; i++/'
mutant context-cache-flushed-too-late uml kunit "pasid-vf*" iommu/apply.c \
	'/^\tpasid_vf_scan\(vf, pasid_apply_visit, apply\);/d' \
	'/^static void pasid_vf_apply_entries/,/^}/ s/^\tif \(apply->affected.whole\)$/\tpasid_vf_scan(vf, pasid_apply_visit, apply);\n&/'
mutant context-cache-of-a-sibling uml kunit pasid-inval iommu/inval.c \
	's/VTD_CC_DEVICE \| VTD_INV_SID\(rid\)/VTD_CC_DEVICE | VTD_INV_SID(rid + 1)/'
mutant domain-PASID-cache-not-flushed newest dma "enable: -enable blocks DMA*on a VF of the host" iommu/inval.c \
	's/vtd_inval_submit\(inval, VTD_INV_PASID \| VTD_PC_DOMAIN.*/;/'
mutant domain-PASID-cache-one-PASID-only uml kunit pasid-inval iommu/inval.c \
	's/VTD_INV_PASID \| VTD_PC_DOMAIN \|/VTD_INV_PASID | VTD_PC_PASID |/'
mutant domain-IOTLB-not-flushed newest dma "enable: -enable blocks DMA*on a VF of the host" iommu/inval.c \
	'/vtd_inval_submit\(inval, VTD_INV_IOTLB \| VTD_IOTLB_DOMAIN/,/;/d'
mutant domain-IOTLB-one-page-only uml kunit pasid-inval iommu/inval.c \
	's/VTD_INV_IOTLB \| VTD_IOTLB_DOMAIN/VTD_INV_IOTLB | VTD_INV_GRAN(3)/'
mutant domains-of-first-table-only uml kunit "pasid-vf*" iommu/apply.c \
	'/^static void pasid_apply_visit/,/^}/ s/^(\tif \(apply->affected.whole)\)$/\1 \&\& pasid < VTD_LEAF_ENTRIES)/'
mutant domain-device-TLB-not-flushed newest dma "enable: denied translation requests*" iommu/inval.c \
	'/^void vtd_inval_affected/,/^}/ s/vtd_inval_device_tlb\(inval, fn\);/;/'
mutant device-TLB-first-page-only uml kunit pasid-inval iommu/inval.c \
	's/^(#define VTD_DEVTLB_ALL\t+).*/\10/'
mutant failed-invalidation-is-no-error uml kunit "pasid-vf*" iommu/inval.c \
	's/inval->err = err;/;/'
mutant failed-invalidation-is-forgotten newest fail-closed "if no invalidation succeeds, a deny is in the tables*|the next write*" iommu/function.c \
	's/atomic_set\(&vf->owed.iommu, 1\);/;/'

# --- A PASID-table entry has changed, by a write ------------------------------------------------------------

mutant entry-PASID-cache-not-flushed newest dma "priv: -priv blocks*" iommu/inval.c \
	's/vtd_inval_submit\(inval, VTD_INV_PASID \| VTD_PC_PASID \| id, 0\);/;/'
mutant entry-PASID-cache-of-PASID-0 uml kunit pasid-inval iommu/inval.c \
	's/VTD_PC_PASID \| id, 0/VTD_PC_PASID | VTD_INV_DID(did), 0/'
mutant entry-IOTLB-not-flushed newest dma "priv: -priv blocks*" iommu/inval.c \
	's/vtd_inval_submit\(inval, VTD_INV_PIOTLB \| VTD_PIOTLB_PASID \| id, 0\);/;/'
mutant entry-IOTLB-of-PASID-0 uml kunit pasid-inval iommu/inval.c \
	's/VTD_PIOTLB_PASID \| id, 0/VTD_PIOTLB_PASID | VTD_INV_DID(did), 0/'
mutant entry-device-TLB-not-flushed newest dma "priv: after -priv*" iommu/inval.c \
	's/vtd_inval_ask\(inval, fn, qw0, VTD_PDEVTLB_ALL\);/;/'
mutant entry-device-TLB-first-page-only uml kunit pasid-inval iommu/inval.c \
	's/^(#define VTD_PDEVTLB_ALL\t).*/\10/'
mutant entries-first-only newest types "default_ctl changes*|on a VF with a user*|a deny of a few*" iommu/inval.c \
	's/one_by_one && i < affected->entries; i\+\+/one_by_one \&\& i < 1; i++/'
mutant entries-one-by-one-without-bound uml kunit pasid-inval iommu/inval.c \
	's/affected->entries <= VTD_FEW_ENTRIES/affected->entries <= 64/'

# --- Changes by hooks ---------------------------------------------------------------------------------------

mutant birth-not-flushed newest types "default_ctl changes*|on a VF with a user*|a nested entry that is set up with SRE*" iommu/fixup.c \
	's/vtd_inval_entry\(&inval, &fn, did, pasid\);/;/'
mutant birth-hook-blind newest dma "priv: -priv and +priv work on a user's ss entry" iommu/fixup.c \
	's/changed = pasid_vf_edit_entry\(vf, pasid, pte\);/;/'
mutant PF-loss-not-enforced newest pf "the IOMMU blocks PASIDs*" iommu/pf.c \
	's/if \(!pasid_vf_edit_contexts\(vf, NULL\) && .*/if (true)/'
mutant PF-loss-context-not-flushed newest pf "the IOMMU blocks PASIDs*" iommu/pf.c \
	'/^static bool pasid_pf_edit_contexts/,/^}/ s/pasid_vf_inval_contexts\(vf, inval\);/;/'
mutant PF-loss-PASID-cache-not-flushed uml kunit pasid-inval iommu/inval.c \
	's/vtd_inval_submit\(inval, VTD_INV_PASID \| VTD_PC_GLOBAL, 0\);/;/'
mutant PF-loss-IOTLB-not-flushed uml kunit pasid-inval iommu/inval.c \
	's/vtd_inval_submit\(inval, VTD_INV_IOTLB \| VTD_IOTLB_GLOBAL.*/;/'
mutant PF-loss-device-TLB-of-first-VF-only uml kunit "pasid-vf*" iommu/pf.c \
	'/first = false;/,/}/ s/vtd_inval_device_tlb\(inval, &fn\);/break;/'

# --- What no hook has seen ------------------------------------------------------------------------------------

mutant missed-not-looked-for newest missed "the next call*" iommu/gaps.c \
	'/looking at all VFs/,/^}/ s/pasid_gaps_rescan\(\);/;/'
mutant write-looks-at-changes-only uml kunit "pasid-vf*" iommu/apply.c \
	's/^\tpasid_vf_scan\(vf, pasid_apply_visit, apply\);/\tif (apply->affected.whole)\n\t&/'
mutant missed-and-not-forgotten newest missed "after a missed set-up*" iommu/intent.c \
	's/known == xa_mk_value\(pasid_known\(&now\)\)\)$/true)/'

mutant gap-during-a-pass-ignored uml kunit "pasid-vf*" iommu/apply.c \
	's/^\t\treturn -EAGAIN;/\t\treturn 0;/'
mutant probes-off-not-noticed newest unseen "a write while kprobes*" iommu/gaps.c \
	's/^\tif \(!READ_ONCE\(pasid_gaps_matter\)\)$/\tif (true)/'
mutant switching-off-not-noticed newest unseen "a nested entry that was set up unseen*" iommu/gaps.c \
	's/^\tatomic_long_inc\(&pasid_switched\);/\t;/'
mutant switching-on-not-noticed newest unseen "without a write*" iommu/gaps.c \
	'/^void pasid_switch_ends/,/^}/ s/^\tpasid_gaps_rescan\(\);/\t;/'
mutant reading-the-switch-is-a-gap newest unseen "reading kernel.ftrace_enabled*" iommu/hooks.c \
	's/if \(\(int\)call->arg\[0\]\)/if (true)/'
mutant PRI-that-went-off-unseen-comes-back uml kunit "pasid-*" iommu/context.c \
	's/^\t\tctx->intent &= shown \| ~VTD_CTX_PRE;/\t\t;/'
mutant gates-of-intel-iommu-not-learned uml kunit "pasid-*" iommu/context.c \
	's/^\tctx->intent = \(ctx->intent & ~changed\).*/\t(void)changed;/'
mutant failed-call-not-looked-at uml kunit pasid-intent iommu/intent.c \
	'/^void pasid_vf_setup_ends/,/^}/ s/pasid_vf_learn_entry\(vf, pasid, pte, gaps\);/return;/'
mutant unsure-intent-not-remembered uml kunit pasid-intent iommu/intent.c \
	's/in_replace != pasid \&\& pasid_entry_shows_sre/in_replace != pasid \&\& as_of \&\& pasid_entry_shows_sre/'
mutant torn-down-entries-not-flushed uml kunit "pasid-vf*" iommu/scan.c \
	's/^\t\t\t    FIELD_GET\(VTD_PTE_DID, READ_ONCE\(pte\[1\]\)\)\)/\t\t\t    false)/'
mutant flush-of-a-hook-not-waited-for uml kunit "pasid-vf*" iommu/apply.c \
	's/^\tpasid_flushes_wait\(\);/\t;/'
mutant hook-leaves-the-flush-to-a-writer uml kunit "pasid-vf*" iommu/fixup.c \
	's/changed \|\| READ_ONCE\(vf->tables.applying\)/changed/'
mutant failed-invalidation-not-tried-again uml kunit "pasid-vf*" iommu/change.c \
	's/^\t\tschedule_delayed_work\(&vf->owed.retry, vf->owed.pause\);/\t\t;/'
mutant ATS-off-leaves-page-requests newest pf "the IOMMU blocks PASIDs*|when the PF has PASID again*|PRE is clear while Linux*" iommu/hooks.c \
	'/^static void pasid_disable_ats_leave/,/^}/ s/pasid_vf_fix_contexts\(vf\);/;/' \
	'/^static void pasid_disable_ats_leave/,/^}/ s/pasid_vf_queue_refresh\(vf\);/;/'

# --- VFs that cannot answer an invalidation ---------------------------------------------------------------------------

mutant frozen-VF-is-asked uml kunit pasid-function iommu/function.c \
	's/return !READ_ONCE\(vf->reset.revived\);/return false;/'
mutant sleeping-VF-is-asked uml kunit pasid-function iommu/function.c \
	'/pm_cap \+ PCI_PM_CTRL/ s/ &&$/;/' \
	'/!\(pmcsr & PCI_PM_CTRL_STATE_MASK\);/d'
mutant VF-in-a-reset-is-asked uml kunit pasid-function iommu/function.c \
	's/ \|\| !\(command & PCI_COMMAND_MASTER\);/;/'
mutant VF-falls-asleep-while-it-is-asked uml kunit "pasid-a*" iommu/function.c \
	's/pm_runtime_get_if_active\(&vf->pdev->dev\) > 0/false/'
mutant VF-that-is-only-locked-is-not-asked uml kunit pasid-function iommu/function.c \
	's/ \|\| !\(command & PCI_COMMAND_MASTER\);/ || true;/'
mutant sleeping-VF-keeps-ATS uml kunit pasid-function iommu/function.c \
	's/pasid_vf_write_ats\(vf, ctrl & ~PCI_ATS_CTRL_ENABLE\);/;/'
mutant device-is-not-told-later uml kunit pasid-function iommu/function.c \
	's/atomic_set\(&vf->owed.device, 1\);/;/'
mutant restored-registers-are-a-reset uml kunit pasid-function iommu/reset.c \
	's/bool reset = pdev->block_cfg_access;/bool reset = true;/'
mutant next-error-does-not-freeze uml kunit pasid-function iommu/reset.c \
	's/WRITE_ONCE\(vf->reset.revived, false\);/;/'
mutant PF-reset-not-told uml kunit pasid-function iommu/reset.c \
	's/atomic_set\(&vf->reset.registers_lost, 1\);/;/'
mutant reset-told-twice uml kunit pasid-function iommu/reset.c \
	's/atomic_set\(&vf->reset.registers_lost, 0\);/;/'
mutant ATS-given-up-when-it-does-not-answer uml kunit pasid-function iommu/ats.c \
	'/^static bool pasid_vf_enable_ats/,/^}/ s/return false;/return true;/'
mutant ATS-on-while-a-reset-begins uml kunit pasid-function iommu/ats.c \
	's/ && !vf->pdev->block_cfg_access//'

# --- VFs that appear and are removed; loading and unloading ---------------------------------------------------

mutant added-before-the-IOMMU-core uml kunit "pasid-vf*" iommu/discover.c \
	's/\.priority = INT_MIN/.priority = INT_MAX/'
mutant removed-after-the-IOMMU-core uml kunit "pasid-vf*" iommu/discover.c \
	's/\.priority = INT_MAX/.priority = INT_MIN/'
mutant shared-requester-ID-is-taken uml kunit "pasid-vf*" iommu/identify.c \
	's/if \(pasid_vf_is_alias\(vf->pdev\)\)/if (false)/'
mutant restriction-does-not-pin newest load "loading changes*|unloading is refused while a VF*|unloading is allowed*" iommu/change.c \
	'/^static int pasid_vf_pin/,/^}/ s/try_module_get\(THIS_MODULE\)/true/'
mutant kdump-kernel-is-not-refused newest refuse-kdump "*" iommu/main.c \
	's/is_kdump_kernel\(\)/false/'
mutant call-goes-to-the-probe newest load "calls of a kernel function*" iommu/kernel.c \
	's/^\t\*start = addr - offset;/\t*start = addr;/'

# --- Settings of VFs that do not exist yet ------------------------------------------------------------------------

mutant setting-not-kept uml kunit pasid-settings iommu/settings.c \
	's/vf->sets.virtfn->own = \*own;/;/'
mutant setting-not-read-at-birth uml kunit pasid-settings iommu/settings.c \
	's/vf->sets.own = virtfn->own;/;/'
mutant setting-of-the-PF-not-spread uml kunit pasid-settings iommu/ceiling.c \
	's/err = pasid_vf_inherit\(vf\) \?: err;/;/'
mutant setting-of-the-PF-over-that-of-the-VF uml kunit pasid-settings iommu/ceiling.c \
	's/vf->gone \|\| vf->sets.own.made/vf->gone/'
mutant setting-granted-though-it-failed uml kunit pasid-settings iommu/ceiling.c \
	's/pasid_setting_take_back\(&all, old, pasid_default_ceiling\);/;/'
mutant setting-of-its-own-lost-in-a-failure uml kunit pasid-settings iommu/ceiling.c \
	's/pasid_setting_take_back\(&own, old, inherited\);/;/'
mutant VFs-from-before-without-uevent newest load "a VF has its files when udev*" iommu/attach.c \
	's/kobject_uevent\(&vf->pdev->dev.kobj, KOBJ_CHANGE\);/;/'
mutant VF-open-at-its-add-event newest settings "a VF is denied before*" iommu/settings.c \
	's/vf->sets.own = virtfn->own;/;/'
mutant default_ctl-cut-short newest load "default_ctl without quotes*" iommu/main.c \
	's/^\treturn -EINVAL;/\treturn 0;/'
mutant names-one-fails-all newest names "*pasid_status*" iommu/sysfs.c \
	's/return taken \? -EEXIST : /return /'
mutant added-without-an-SR-IOV-PF uml kunit "pasid-vf*" iommu/attach.c \
	's/!pasid_is_vf\(pdev\) \&\& /!pdev->is_virtfn \&\& /'

# --- Resets, errors and power states of a VF that has a user ----------------------------------------------------

mutant reset-waits-for-the-VF newest vfio-reset "no invalidation is sent*|a VF that hangs*" vfio/main.c \
	'/^static void pasid_vfio_reset_prepare/,/^}/ s/pasid_request_reset_prepare\((.*)\);/pasid_request_clear(\1);\n\t&/'
mutant registers-outlive-a-reset newest vfio-reset "a reset of the function*" vfio/main.c \
	'/^static void pasid_vfio_reset_done/,/^}/ s/pasid_request_reset_done\((.*)\);/WRITE_ONCE(\1->resetting, false);/'
mutant registers-outlive-a-reset-of-the-PF newest vfio-reset "a reset of the PF*" vfio/open.c \
	's/^\tpasid_ctl_on_reset\(.*/\t;/'
mutant frozen-VF-takes-writes newest vfio-reset "while a VF is frozen*" vfio/main.c \
	'/^static pci_ers_result_t pasid_vfio_error_detected/,/^}/ s/pasid_request_mark_resetting\(dev\);/;/'
mutant VF-that-is-held-takes-writes newest vfio-reset "while a VF is frozen*" vfio/request.c \
	'/^int pasid_request_write_cap/,/^}/ s/if \(READ_ONCE\(dev->resetting\)\)/if (false)/'
mutant VF-that-is-held-takes-writes-to-the-region newest vfio-reset "while a VF is frozen*" vfio/request.c \
	's/READ_ONCE\(dev->resetting\) \? -EAGAIN : //'
mutant voted-reset-is-none newest vfio-reset "a reset by the user before*" vfio/main.c \
	'/^static pci_ers_result_t pasid_vfio_slot_reset/,/^}/ s/dev->recovering = true;/;/'
mutant voted-reset-does-not-hold newest vfio-reset "recovery from another error*" vfio/main.c \
	'/^static pci_ers_result_t pasid_vfio_slot_reset/,/^}/ s/pasid_request_mark_resetting\(dev\);/;/'
mutant error-without-a-reset-clears newest vfio-reset "recovery from an error without*" vfio/main.c \
	'/^static void pasid_vfio_resume/,/^}/ s/if \(dev->recovering .*/if (true)/'
mutant hold-that-does-not-end newest vfio-reset "*a new open of a VF that cannot be reset*" vfio/open.c \
	'/^int pasid_open/,/^}/ s/WRITE_ONCE\(dev->resetting, false\);/;/'
mutant D3-leaves-the-registers newest vfio-cap "going from D3hot*" vfio/config.c \
	'/^ssize_t pasid_config_write/,/^}/ s/pasid_request_clear\(dev\);/;/'
mutant D3-clears-what-stays newest vfio-power "pasid-vfio-pci, the user has put the VF to sleep: -enable takes effect at once" vfio/config.c \
	'/^ssize_t pasid_config_write/,/^}/ s/dev->core.needs_pm_restore\)/true)/'
mutant low-power-leaves-the-registers newest vfio-cap "VFIO's low power*" vfio/main.c \
	'/^static int pasid_vfio_feature/,/^}/ s/pasid_request_clear\(dev\);/;/'
mutant write-does-not-wake-the-VF newest vfio-power "in VFIO's low power*" vfio/config.c \
	'/^static int pasid_config_write_emulated/,/^}/ s/if \(pm_runtime_resume_and_get\((.*)\)\)/pm_runtime_get_noresume(\1);\n\tif (false)/'
mutant user-of-a-group-stays newest vfio-cap "closing the VF leaves*" vfio/main.c \
	'/^static void pasid_vfio_close_device/,/^}/ s/pasid_close\(dev\);/;/'

# --- The capability and the control region --------------------------------------------------------------------

mutant region-only-with-a-capability newest vfio-place "without a range*" vfio/open.c \
	's/err = pasid_region_add\(dev\);/err = dev->shown ? pasid_region_add(dev) : 0;/'
mutant emulate-of-the-host-alone newest vfio-cap "pasid_emulate decides*" vfio/sysfs.c \
	'/^static ssize_t pasid_emulate_store/,/^}/ s/WRITE_ONCE\(.*, emulate\);/;/'
mutant emulate-off-shows-all-the-same newest vfio-cap "emulate=0: no capability*" vfio/open.c \
	's/if \(!dev->emulate\)/if (false)/'
mutant reading-cap_layout-looks newest vfio-place "reading cap_layout*" vfio/sysfs.c \
	's/^\treturn pasid_emit_layout\(buf, &dev->layout\);/\tpasid_layout_find(dev->core.pdev, NULL, true, NULL, \&dev->layout);\n&/'
mutant cap_layout-keeps-what-it-was newest vfio-place "reading cap_layout*" vfio/sysfs.c \
	'/^static ssize_t cap_layout_store/,/^}/ s/dev->layout = layout;/;/'
mutant cap_layout-changes-under-a-user newest vfio-place "reading cap_layout*" vfio/sysfs.c \
	'/^static ssize_t cap_layout_store/,/^}/ s/if \((READ_ONCE\(dev->open\)|dev->open)\)/if (false)/'
mutant cap_layout-is-not-roots-alone newest vfio-place "reading cap_layout*" vfio/sysfs.c \
	's/^static DEVICE_ATTR_RW\(cap_layout\);/static DEVICE_ATTR(cap_layout, 0664, cap_layout_show, cap_layout_store);/'
mutant pri-without-an-iommufd newest vfio-place "pri=1 without*" vfio/layout.c \
	's/allow_unserved_pri \? NULL : unserved/NULL/'
mutant PRI-is-for-any-VF debug vfio-requests "no other VF*" iommu/hooks.c \
	's/ \|\| !pasid_requests_may_begin\(&vf->requests\)//'
mutant PRI-failure-reaches-the-PF uml kunit pasid-requests iommu/requests.c \
	's/\*code = IOMMU_PAGE_RESP_INVALID;/;/'
mutant requests-wait-after-a-deny uml kunit pasid-vf-serve iommu/change.c \
	's/pasid_vf_hold_requests\(vf, PASID_HELD_OFF, true\)/pasid_vf_hold_requests(vf, PASID_HELD_OFF, false)/'
mutant late-answers-reach-the-VF uml kunit pasid-requests iommu/requests.c \
	's/return waits && !\(requests->held & PASID_HELD_LOST\)/return true/'
mutant requests-have-no-limit uml kunit pasid-vf-serve iommu/requests.c \
	's/requests->count >= READ_ONCE\(requests->limit\)/false/'
mutant requests-wait-for-a-VF-in-a-reset debug vfio-requests "the VF is reset*" vfio/request.c \
	'/^void pasid_request_reset_prepare/,/^}/ s/pasid_ctl_hold_requests\(dev->core.pdev, true\);//'
mutant requests-are-answered-after-a-reset-of-the-PF debug vfio-requests "the PF is reset*" vfio/request.c \
	'/^static void pasid_request_clear_locked/,/^}/ s/pasid_ctl_hold_requests\(dev->core.pdev, false\);/;/'
mutant requests-one-more-than-allowed debug vfio-requests "a queue is full*" iommu/requests.c \
	's/requests->count >= READ_ONCE\(requests->limit\)/requests->count > READ_ONCE(requests->limit)/'
mutant requests-count-after-their-answer debug vfio-requests-fuzz "random steps of a user*" iommu/requests.c \
	's/requests->count -= group->requests;/;/'
mutant requests-without-memory-leave-the-user debug faults "pasid-vfio-pci loads*|a VF that appears*|a write to vf_pasid*|binding*|the same with a user*" vfio/open.c \
	'/^static int pasid_open_locked/,/^}/ s/\*ctl = pasid_open_undo\(dev\);/;/'
mutant requests-go-on-after-a-gap uml kunit pasid-vf-serve iommu/serve.c \
	's/if \(vf->requests.switched != switched\)/if (false)/'
mutant requests-come-back-while-probes-are-off uml kunit pasid-vf-serve iommu/serve.c \
	's/ && pasid_probes_check\(\)//'
mutant requests-go-on-while-probes-are-off debug vfio-requests "while probes are off*" iommu/gaps.c \
	's/pasid_vf_for_each\(pasid_gap_queue_served\);/;/'
mutant requests-arrive-while-a-PASID-is-attached debug vfio-requests "address spaces change*" vfio/attach.c \
	's/pasid_ctl_hold_requests_of\(dev->ctl, pasid\);/;/'
mutant registration-ends-with-pasid-vfio-pci newest vfio-place "what the PF's driver said*" vfio/pf.c \
	'/^static void pasid_pf_free/,/^}/ s/^\tkfree\(pf\);/\tpasid_pf_unregister(pf->pdev);\n&/'
mutant PF-driver-goes-under-its-answer uml kunit pasid-pf pf/register.c \
	's/!try_module_get\(ops->owner\)/false/' \
	's/^\tmodule_put\(ops->owner\);/\t;/'
mutant PF-driver-that-goes-is-passed-over uml kunit pasid-pf pf/register.c \
	'/try_module_get/,/return/ s/-ENODEV/-EOPNOTSUPP/'
mutant unknown-capability-is-its-header uml kunit pasid-place vfio/chain.c \
	's/^\t\t__set_bit\(at \/ 4, headers->unknown\);/\t\t;/'

# --- Where nobody knows what is free ----------------------------------------------------------------------------------

mutant unknown-capability-is-read uml kunit pasid-chain vfio/chain.c \
	's/^\t\treturn id < ARRAY_SIZE\(pasid_cap_sizes\)/\t\tpasid_register(hw, at + 4);\n&/'
mutant unknown-capability-ends-late uml kunit pasid-chain vfio/chain.c \
	's/find_next_bit\(headers\.all,/find_next_bit(headers.unknown,/'
mutant lanes-of-the-link-ignored uml kunit pasid-chain vfio/chain.c \
	's/return lanes && lanes < 32 \? lanes : 32;/return 32;/'
mutant sweep-is-a-drivers uml kunit pasid-touched vfio/touched.c \
	's/return touched->end - touched->first >= PASID_SWEEP;/return false;/'
mutant driver-is-a-sweep uml kunit pasid-touched vfio/touched.c \
	's/return touched->end - touched->first >= PASID_SWEEP;/return true;/'
mutant gap-in-a-sweep-ends-it uml kunit pasid-touched vfio/touched.c \
	's/at - touched->end >= PASID_RUN_GAP/at != touched->end/'
mutant accesses-wrap uml kunit pasid-touched vfio/touched.c \
	's/if \(is != U16_MAX\)/if (true)/'
mutant auto-takes-what-was-written uml kunit pasid-free vfio/free.c \
	's/test_bit\(dword, evidence->written\)/false/'
mutant auto-takes-what-was-read uml kunit pasid-free vfio/free.c \
	's/test_bit\(dword, evidence->read\)/false/'
mutant auto-takes-what-is-not-zero uml kunit pasid-free vfio/free.c \
	's/test_bit\(dword, evidence->not_zero\)/false/'
mutant auto-takes-what-may-be-a-capability uml kunit pasid-free vfio/free.c \
	's/test_bit\(dword, evidence->vf\.maybe\)/false/'
mutant auto-takes-a-capability-of-the-PF uml kunit pasid-free vfio/free.c \
	's/test_bit\(dword, evidence->pf\.known\)/false/'
mutant PRI-on-top-of-PASID uml kunit pasid-free vfio/free.c \
	's/pasid_highest\(evidence, PASID_PRI_CAP_SIZE, at\)/pasid_highest(evidence, PASID_PRI_CAP_SIZE, PCI_CFG_SPACE_EXP_SIZE)/'
mutant row-without-bytes-stops-auto uml kunit pasid-source vfio/source.c \
	's/\(source == PASID_SOURCE_QUIRK &&/(false \&\&/'
mutant accesses-not-counted newest vfio-auto "reads and writes outside*" vfio/config.c \
	'/^static ssize_t pasid_config_pass/,/^}/ s/pasid_config_observe\(.*/;/'
mutant emulated-register-is-counted newest vfio-auto "auto takes no register that a user wrote*" vfio/config.c \
	's/^\treturn err \?: count;$/\tpasid_config_observe(dev, offset, err ?: count, write);\n&/'
mutant siblings-tell-nothing newest vfio-auto "what one VF shows*" vfio/observe.c \
	's/pci_physfn\(observed->vf\) == pci_physfn\(of->vf\)/observed == of/'
mutant look-forgets-the-last-one newest vfio-auto "auto takes nothing that was ever*" vfio/observe.c \
	's/bitmap_or\(observed->not_zero, observed->not_zero, not_zero, PASID_DWORDS\)/bitmap_copy(observed->not_zero, not_zero, PASID_DWORDS)/'
mutant clearing-forgets-nothing newest vfio-auto "writing 0 to touched*" vfio/observe.c \
	's/pasid_touched_clear\(&observed->touched\);/;/'
mutant reading-candidates-looks newest vfio-auto "without a word*" vfio/sysfs.c \
	'/^static ssize_t candidates_show/,/^}/ s/^\treturn/\tconst char *why;\n\n\tpasid_observe_look(pasid_vfio_of(device)->core.pdev, \&why);\n&/'
mutant touched-is-not-roots-alone newest vfio-auto "without a word*" vfio/sysfs.c \
	's/DEVICE_ATTR_ADMIN_RW\(touched\)/DEVICE_ATTR_RW(touched)/'
mutant region-offers-nothing newest vfio-auto "the control region offers*" vfio/layout.c \
	's/layout->free = answer->ranges;/;/'
mutant region-is-not-told-without-emulation newest vfio-auto "the control region offers*" vfio/open.c \
	's/^\tpasid_layout_find\(dev->core\.pdev, vconfig, .*/\tif (dev->emulate)\n\t&/'
mutant written-register-is-hidden-silently newest vfio-auto "numbers that the admin names*" vfio/layout.c \
	's/pasid_layout_check_written\(pdev, layout\);/;/'

# --- What VMMs are told of a VF -------------------------------------------------------------------------------------

mutant answer-is-the-PFs debug vfio-hwinfo "with* the module*" iommu/hooks.c \
	's/return pasid_status_of_vf\(ret, .*/return ret;/'
mutant answer-is-what-the-guest-has-enabled debug vfio-hwinfo "with* the module*|after each write to pasid_ctl, a VMM with pasid-vfio-pci*" iommu/hooks.c \
	's/pasid_status_of_vf\(ret, pasid_vf_granted/pasid_status_of_vf(ret, pasid_vf_effective/'
mutant answer-to-all-callers debug vfio-hwinfo "with* the module*|other callers*" iommu/hooks.c \
	's/ \|\| !pasid_is_iommufd\(caller\)//'
mutant answer-that-is-missed-counts debug vfio-hwinfo "with* the module*|a missed call*" iommu/hooks.c \
	'/"pci_pasid_status"/,/answer/ s/PASID_UNSEEN_NOTHING/PASID_UNSEEN_OTHER/'
mutant change-not-told uml kunit pasid-function iommu/change.c \
	's/^\t\tvf->on_change\(vf->on_change_data\);/\t\t;/'
mutant change-that-was-taken-back-not-told uml kunit pasid-function iommu/change.c \
	's/bool unsure = xchg\(.*/bool unsure = false;/'
mutant told-though-nothing-changed uml kunit pasid-function iommu/change.c \
	's/if \(changed && vf->on_change\)/if (vf->on_change)/'
mutant told-after-it-has-gone uml kunit pasid-function iommu/api.c \
	's/^\t\tvf->on_change = NULL;/\t\t;/'

# --- What the module tells ------------------------------------------------------------------------------------

mutant faults-not-read newest status "refused requests are counted by reason*" iommu/hooks.c \
	's/^\tpasid_faults_recorded\(.*/\t;/'
mutant faults-of-a-sibling uml kunit pasid-count iommu/faults.c \
	's/ && pasid_vf_sends_as\(vf, fault->rid\)//'
mutant faults-of-the-first-alias-only uml kunit pasid-count iommu/faults.c \
	's/i < vf->tables.ctx_count; i\+\+/i < 1; i++/'
mutant faults-of-another-segment uml kunit pasid-count iommu/faults.c \
	's/vf->unit.iommu == iommu && //'
mutant faults-of-a-unit-without-VFs uml kunit pasid-count iommu/faults.c \
	's/^\t\tif \(vf->unit.iommu == iommu\)$/\t\tif (true)/'
mutant faults-without-a-pending-one uml kunit pasid-count iommu/faults.c \
	's/if \(!\(status & VTD_FSTS_PPF\)\)/if (false)/'
mutant faults-behind-an-empty-record uml kunit pasid-count iommu/faults.c \
	's/if \(!\(high & VTD_FAULT_F\)\)/if (false)/'
mutant faults-first-record-only uml kunit pasid-count iommu/faults.c \
	's/i < vtd_fault_records\(unit->cap\); i\+\+/i < 1; i++/'
mutant faults-from-the-first-record uml kunit "pasid-record" iommu/record.c \
	's/FIELD_GET\(VTD_FSTS_FRI, status\) \+ i/i/'
mutant faults-beyond-the-last-record uml kunit "pasid-record" iommu/record.c \
	's/ % vtd_fault_records\(cap\)//'
mutant faults-hook-is-needed uml kunit pasid-need iommu/need.c \
	's/return what->expendable \? 0 : register_err;/return register_err;/'
mutant faults-argument-is-needed newest refuse-kernel "a kernel whose dmar_fault*" iommu/need.c \
	's/return what->expendable \? 0 : at\[i\];/return at[i];/'
mutant faults-0-where-they-are-not-counted newest refuse-kernel "a kernel without dmar_fault*" iommu/sysfs.c \
	's/pasid_probe_armed\("dmar_fault"\) \? at :/true ? at :/'
mutant changes-not-counted uml kunit pasid-count iommu/count.c \
	's/^\tatomic_long_inc\(&vf->counts.changes\);/\t;/'
mutant flushes-counted-for-descriptors newest status "changes, invalidations and failures*" iommu/count.c \
	's/atomic_long_add\(inval->descriptors, /atomic_long_add(1, /'
mutant failures-not-counted newest status "invalidations that fail are counted*" iommu/count.c \
	's/^\t\tatomic_long_inc\(&vf->counts.failures\);/\t\t;/'
mutant enforcing-without-probes newest status "while probes are off*" iommu/sysfs-module.c \
	'/^static const char \*pasid_not_enforcing/,/^}/ s/if \(!pasid_probes_fired\(\)\)/if (false)/'
mutant enforcing-after-a-missed-call newest status "a missed call is counted*" iommu/sysfs-module.c \
	's/if \(!pasid_vf_has_looked\(vf, calls\)\)/if (false)/'
mutant enforcing-before-all-was-looked-at uml kunit pasid-count iommu/apply.c \
	's/^\tif \(!alive \|\| !pasid_probes_check\(\)\)$/\tWRITE_ONCE(vf->tables.looked, before.calls);\n&/'
mutant enforcing-while-something-is-owed newest status "invalidations that fail are counted*" iommu/sysfs-module.c \
	's/pasid_vf_owed\(vf\) & PASID_OWED_IOMMU \?/false ?/'
mutant enforcing-without-VFs newest status "without a VF*" iommu/sysfs-module.c \
	's/why = "no VF is under control"/why = NULL/'
mutant not-enforcing-at-load uml kunit pasid-count iommu/attach.c \
	's/^\tvf->tables.looked = .*/\t;/'
mutant hooks-armed-while-they-are-not newest status "hooks on demand*|while probes are off*" iommu/sysfs-module.c \
	's/if \(pasid_hook_armed\(hook\)\)/if (true)/'
