/* bb-version.h: what the pipeline stands on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *bb_get_ffmpeg_version (void);

G_END_DECLS
