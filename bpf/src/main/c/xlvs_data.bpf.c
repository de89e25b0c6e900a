// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * The variables that programs and controller share. Each has a section, and with it a map, of its
 * own: what is pinned outlives the programs, and is mapped by the controller.
 */
#include "xlvs/bpf.h"

struct xlvs_control control SEC(".data.control");
__u32 epochs[XLVS_EPOCHS] SEC(".data.epochs");
