/* SPDX-License-Identifier: GPL-2.0-only */
/* The trace events: what this module does to VFs, and what it refuses. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM pasid_ctl

#if !defined(_PASID_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _PASID_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include "vtd.h"

/* The value of pasid in the event if the entry is a context entry. */
#define PASID_TRACE_CONTEXT	U32_MAX

/* A VF's admin or user has changed its sets. */
TRACE_EVENT(pasid_set,
	    TP_PROTO(struct device *dev, unsigned int ceiling, unsigned int request,
		     unsigned int effective, int err),
	    TP_ARGS(dev, ceiling, request, effective, err),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned int, ceiling)
		__field(unsigned int, request)
		__field(unsigned int, effective)
		__field(int, err)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__entry->ceiling = ceiling;
		__entry->request = request;
		__entry->effective = effective;
		__entry->err = err;
	),
	TP_printk("%s ceiling=%#x request=%#x effective=%#x err=%d", __get_str(dev),
		  __entry->ceiling, __entry->request, __entry->effective,
		  __entry->err)
);

/* This module has stored one qword of an entry: 0 of a context entry, 2 of a PASID-table entry. */
TRACE_EVENT(pasid_apply,
	    TP_PROTO(struct device *dev, u16 rid, u32 pasid, u64 old, u64 new),
	    TP_ARGS(dev, rid, pasid, old, new),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u16, rid)
		__field(u32, pasid)
		__field(u64, old)
		__field(u64, new)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__entry->rid = rid;
		__entry->pasid = pasid;
		__entry->old = old;
		__entry->new = new;
	),
	TP_printk("%s rid=%#x pasid=%d old=%#llx new=%#llx", __get_str(dev),
		  __entry->rid, (int)__entry->pasid, __entry->old, __entry->new)
);

/* This module has submitted invalidations and waited for them. */
TRACE_EVENT(pasid_flush,
	    TP_PROTO(struct device *dev, unsigned int descriptors, int err),
	    TP_ARGS(dev, descriptors, err),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned int, descriptors)
		__field(int, err)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__entry->descriptors = descriptors;
		__entry->err = err;
	),
	TP_printk("%s descriptors=%u err=%d", __get_str(dev), __entry->descriptors,
		  __entry->err)
);

/* A write to pasid_ctl or a request of a user was refused, or failed. */
TRACE_EVENT(pasid_refuse,
	    TP_PROTO(struct device *dev, const char *why, int err),
	    TP_ARGS(dev, why, err),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__string(why, why)
		__field(int, err)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__assign_str(why);
		__entry->err = err;
	),
	TP_printk("%s err=%d %s", __get_str(dev), __entry->err, __get_str(why))
);

/* The VF's ATS was off although Linux believed that it was on; it is on again. */
TRACE_EVENT(pasid_ats_restore,
	    TP_PROTO(struct device *dev, unsigned long times),
	    TP_ARGS(dev, times),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(unsigned long, times)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__entry->times = times;
	),
	TP_printk("%s times=%lu", __get_str(dev), __entry->times)
);

/* The IOMMU has refused a request of the VF. Without PASID, pasid is -1. */
TRACE_EVENT(pasid_fault,
	    TP_PROTO(struct device *dev, const struct vtd_fault *fault),
	    TP_ARGS(dev, fault),
	    TP_STRUCT__entry(
		__string(dev, dev_name(dev))
		__field(u16, rid)
		__field(u32, pasid)
		__field(u8, reason)
		__field(u8, type)
		__field(u64, addr)
	),
	    TP_fast_assign(
		__assign_str(dev);
		__entry->rid = fault->rid;
		__entry->pasid = fault->pasid;
		__entry->reason = fault->reason;
		__entry->type = fault->type;
		__entry->addr = fault->addr;
	),
	TP_printk("%s rid=%#x pasid=%d reason=%#x type=%s addr=%#llx", __get_str(dev),
		  __entry->rid, (int)__entry->pasid, __entry->reason,
		  __print_symbolic(__entry->type, { VTD_FAULT_WRITE, "write" },
				   { VTD_FAULT_PAGE_REQUEST, "page-request" },
				   { VTD_FAULT_READ, "read" }, { VTD_FAULT_ATOMIC, "atomic" }),
		  __entry->addr)
);

#endif /* _PASID_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
