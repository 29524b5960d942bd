/* bb-clones.h: functions for several instruction sets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* BB_CLONES: the function is built for each of these, and the best for the processor is chosen when
 * the program starts. The resolvers that this needs run before AddressSanitizer and ThreadSanitizer
 * are there, and crash when they are built with them. */
#if defined(__has_feature)
#define BB_HAS_FEATURE(feature) __has_feature (feature)
#else
#define BB_HAS_FEATURE(feature) 0
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) &&      \
  !BB_HAS_FEATURE(address_sanitizer) && !BB_HAS_FEATURE(thread_sanitizer)
#define BB_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define BB_CLONES
#endif

/* Functions with intrinsics, which bb_rows_get_lanes() chooses among. */
#if defined(__x86_64__)
#define HAVE_X86 1
#define AVX512 __attribute__ ((target ("avx512f,avx512bw")))
#define AVX2 __attribute__ ((target ("avx2,fma")))
#endif
