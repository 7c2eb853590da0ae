// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault records: where a unit keeps what it has recorded of requests that it refused, and what a
 * record means (VT-d 7.2, 11.4.7.6).
 */
#include "vtd.h"

#define VTD_RECORD_SIZE		16

/* Bits of a record's upper qword */
#define VTD_FAULT_SID		GENMASK_ULL(15, 0)
#define VTD_FAULT_T2		BIT_ULL(28)
#define VTD_FAULT_PP		BIT_ULL(31)
#define VTD_FAULT_FR		GENMASK_ULL(39, 32)
#define VTD_FAULT_PV		GENMASK_ULL(59, 40)
#define VTD_FAULT_T1		BIT_ULL(62)

/**
 * vtd_fault_records() - how many fault records a unit has
 * @cap: its capability register
 *
 * Context: Any.
 * Return: the number, 1 to 256.
 */
unsigned int vtd_fault_records(u64 cap)
{
	return FIELD_GET(VTD_CAP_NFR, cap) + 1;
}

/**
 * vtd_fault_record_at() - where a unit has the oldest fault record, and those after it
 * @cap: the unit's capability register
 * @status: its fault status register; VTD_FSTS_PPF is set
 * @i: 0 for the oldest record; less than vtd_fault_records()
 *
 * Context: Any.
 * Return: the offset of the record in the unit's registers, in bytes.
 */
u32 vtd_fault_record_at(u64 cap, u32 status, unsigned int i)
{
	unsigned int nr = (FIELD_GET(VTD_FSTS_FRI, status) + i) % vtd_fault_records(cap);

	return (FIELD_GET(VTD_CAP_FRO, cap) + nr) * VTD_RECORD_SIZE;
}

/**
 * vtd_fault_decode() - what a fault record says
 * @low: its lower qword
 * @high: its upper qword; VTD_FAULT_F is set
 * @fault: filled
 *
 * Context: Any.
 */
void vtd_fault_decode(u64 low, u64 high, struct vtd_fault *fault)
{
	fault->rid = FIELD_GET(VTD_FAULT_SID, high);
	fault->reason = FIELD_GET(VTD_FAULT_FR, high);
	fault->type = FIELD_GET(VTD_FAULT_T1, high) << 1 | FIELD_GET(VTD_FAULT_T2, high);
	fault->pasid = high & VTD_FAULT_PP ? FIELD_GET(VTD_FAULT_PV, high) : VTD_FAULT_NO_PASID;
	fault->addr = low & VTD_ADDR;
}
