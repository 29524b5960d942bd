/* bb-version.c: what the pipeline stands on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-version.h"

#include <libavutil/avutil.h>

/**
 * bb_get_ffmpeg_version:
 *
 * Returns: the version of FFmpeg that runs, such as `7.1.2`
 */
const char *
bb_get_ffmpeg_version (void)
{
  return av_version_info ();
}
