/* bb-command.h: a render as a line for the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

char *bb_command_new (const BbRecipe *recipe, const char *input, const char *output,
                      gboolean overwrite);

G_END_DECLS
