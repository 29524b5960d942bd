/* bb-preset-popover.h: popover of presets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-presets.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_PRESET_POPOVER (bb_preset_popover_get_type ())
G_DECLARE_FINAL_TYPE (BbPresetPopover, bb_preset_popover, BB, PRESET_POPOVER, GtkPopover)

void bb_preset_popover_set_presets (BbPresetPopover *self, BbPresets *presets);
void bb_preset_popover_mark (BbPresetPopover *self, const char *active, const char *changed);
void bb_preset_popover_load_pictures (BbPresetPopover *self, GFile *file, gint64 time,
                                      GPtrArray *recipes);

G_END_DECLS
