/* bb-presets.h: looks that are kept under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-preset.h"

G_BEGIN_DECLS

#define BB_TYPE_PRESETS (bb_presets_get_type ())
G_DECLARE_FINAL_TYPE (BbPresets, bb_presets, BB, PRESETS, GObject)

BbPresets *bb_presets_new (GFile *folder);
gboolean bb_presets_load (BbPresets *self, GError **error);
BbPreset *bb_presets_find (BbPresets *self, const char *name);
gboolean bb_presets_save (BbPresets *self, const char *name, BbRecipe *recipe, gboolean replace,
                          GError **error);
BbPreset *bb_presets_import (BbPresets *self, GFile *file, GError **error);
char *bb_presets_get_file_name (const char *name);
gboolean bb_presets_rename (BbPresets *self, BbPreset *preset, const char *name, GError **error);
gboolean bb_presets_delete (BbPresets *self, BbPreset *preset, GError **error);

G_END_DECLS
