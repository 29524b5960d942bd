/* bb-tune-item.h: measured point as a row of a table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define BB_TYPE_TUNE_ITEM (bb_tune_item_get_type ())
G_DECLARE_FINAL_TYPE (BbTuneItem, bb_tune_item, BB, TUNE_ITEM, GObject)

BbTuneItem *bb_tune_item_new (const BbTunePoint *point);
void bb_tune_item_set_point (BbTuneItem *self, const BbTunePoint *point);
void bb_tune_item_set_best (BbTuneItem *self);
void bb_tune_item_set_fastest (BbTuneItem *self);
const char *bb_tune_item_get_precision_name (BbPrecision precision);
void bb_tune_item_add_columns (GtkColumnView *view);

G_END_DECLS
