/* bb-application.h: the application
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-export-manager.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_APPLICATION (bb_application_get_type ())
G_DECLARE_FINAL_TYPE (BbApplication, bb_application, BB, APPLICATION, AdwApplication)

BbApplication *bb_application_new (void);
GSettings *bb_application_get_settings (BbApplication *self);
BbExportManager *bb_application_get_export_manager (BbApplication *self);

G_END_DECLS
