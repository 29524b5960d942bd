/* bb-opening.h: an engine that is opened on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbOpening:
 *
 * An engine on its way: a GPU's driver and context take tenths of a second.
 */
typedef struct _BbOpening BbOpening;

typedef void (*BbOpeningFunc) (gpointer user_data);

BbOpening *bb_opening_new (const char *id, BbOpeningFunc opened, gpointer user_data);
gboolean bb_opening_wait (BbOpening *opening, gint64 microseconds);
BbEngine *bb_opening_finish (BbOpening *opening, GError **error);

G_END_DECLS
