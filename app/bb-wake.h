/* bb-wake.h: news for the main loop, without a lock
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BbWake BbWake;

/**
 * BbWakeFunc:
 * @user_data: data
 *
 * Called where a main loop hears that there is news.
 */
typedef void (*BbWakeFunc) (gpointer user_data);

BbWake *bb_wake_new (int priority, BbWakeFunc func, gpointer user_data);
BbWake *bb_wake_ref (BbWake *self);
void bb_wake_unref (BbWake *self);
void bb_wake_signal (BbWake *self);
void bb_wake_close (BbWake *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbWake, bb_wake_unref)

G_END_DECLS
