/* bb-meter.h: how long things take, over the last second
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BB_METER_SIZE 512

/**
 * BbMeter:
 *
 * Counts things and the time that they took. A plain value, zeroed to begin with; not thread-safe.
 */
typedef struct {
  /*< private >*/
  struct {
    gint64 when;
    double seconds;
    guint count;
  } entry[BB_METER_SIZE];
  guint next;
} BbMeter;

void bb_meter_add (BbMeter *meter, gint64 when, double seconds, guint count);
double bb_meter_get_rate (const BbMeter *meter, gint64 now);
double bb_meter_get_milliseconds (const BbMeter *meter, gint64 now);

G_END_DECLS
