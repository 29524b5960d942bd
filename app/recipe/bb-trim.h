/* bb-trim.h: start, end and length of what is kept, as people type them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-time.h"

G_BEGIN_DECLS

/**
 * BbTrimField:
 * @BB_TRIM_START: where it begins
 * @BB_TRIM_END: where it ends
 * @BB_TRIM_LENGTH: how long it is; the start stays
 *
 * What can be typed.
 */
typedef enum { BB_TRIM_START, BB_TRIM_END, BB_TRIM_LENGTH } BbTrimField;

#define BB_TRIM_N_FIELDS 3

/**
 * BbTrim:
 * @duration: length of the source, nanoseconds
 * @grid: when its frames are shown
 * @start: where the trim begins, nanoseconds
 * @end: where it ends; -1 is the source's end
 */
typedef struct {
  gint64 duration;
  BbTimeGrid grid;
  gint64 start;
  gint64 end;
} BbTrim;

char *bb_trim_format (const BbTrim *trim, BbTrimField field);
gboolean bb_trim_edit (BbTrim *trim, BbTrimField field, const char *text, GError **error);

G_END_DECLS
