/* blurbox.h: the pipeline as the programs see it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of gpu/ that app/ and ui/ include. Names no type of CUDA, and of FFmpeg none that must be known.
 */

#pragma once

#include "bb-cut-detector.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "bb-engine.h"
#include "bb-error.h"
#include "bb-framing.h"
#include "bb-leftover.h"
#include "bb-phases.h"
#include "bb-picture.h"
#include "bb-recipe.h"
#include "bb-render.h"
#include "bb-save.h"
#include "bb-thread.h"
#include "bb-tune.h"
#include "bb-version.h"

#include "media/bb-audio-reader.h"
#include "media/bb-encoder.h"
#include "media/bb-output-file.h"
#include "media/bb-source.h"

#include "cuda/bb-gl-ring.h"
