/* bb-clones.h: functions built for several instruction sets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* BB_CLONES: the function is built for each of these, and the best for the processor is chosen when
 * the program starts. AddressSanitizer runs before the resolvers that this needs. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) &&                                        \
  !(defined(__has_feature) && __has_feature (address_sanitizer))
#define BB_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BB_CLONES
#endif
