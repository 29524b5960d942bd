/* bb-preset.h: a look with a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

#define BB_TYPE_PRESET (bb_preset_get_type ())
G_DECLARE_FINAL_TYPE (BbPreset, bb_preset, BB, PRESET, GObject)

BbPreset *bb_preset_new (const char *name, BbRecipe *recipe, GFile *file);
const char *bb_preset_get_name (BbPreset *self);
BbRecipe *bb_preset_get_recipe (BbPreset *self);
GFile *bb_preset_get_file (BbPreset *self);

G_END_DECLS
