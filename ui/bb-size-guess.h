/* bb-size-guess.h: estimated size of exports
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

#define BB_TYPE_SIZE_GUESS (bb_size_guess_get_type ())
G_DECLARE_FINAL_TYPE (BbSizeGuess, bb_size_guess, BB, SIZE_GUESS, GObject)

BbSizeGuess *bb_size_guess_new (void);
void bb_size_guess_set (BbSizeGuess *self,
                        GPtrArray *files,
                        GPtrArray *recipes,
                        const char *container);
void bb_size_guess_stop (BbSizeGuess *self);
char *bb_size_guess_get_text (BbSizeGuess *self);
gboolean bb_size_guess_get_busy (BbSizeGuess *self);

G_END_DECLS
