/* bb-exports.h: the exports of the application
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-queue.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_EXPORTS (bb_exports_get_type ())
G_DECLARE_FINAL_TYPE (BbExports, bb_exports, BB, EXPORTS, GObject)

BbExports *bb_exports_new (GtkApplication *application);
BbQueue *bb_exports_get_queue (BbExports *self);
gboolean bb_exports_has_work (BbExports *self);
void bb_exports_abandon (BbExports *self);
gboolean bb_exports_stop (BbExports *self);

G_END_DECLS
