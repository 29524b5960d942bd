/* gl-context.h: GL without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <epoxy/gl.h>
#include <epoxy/egl.h>

#include <gio/gio.h>

G_BEGIN_DECLS

/** GlKind: desktop GL or GL ES 3 */
typedef enum {
  GL_KIND_DESKTOP,
  GL_KIND_ES,
} GlKind;

/** GlContext: a context of GL that draws nowhere */
typedef struct {
  EGLDisplay display;
  EGLContext context;
} GlContext;

GlContext *gl_context_new (GlKind kind, GError **error);
void gl_context_make_current (GlContext *context);
void gl_context_free (GlContext *context);
guint8 *gl_read_texture (GLuint texture, int width, int height, gboolean deep);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GlContext, gl_context_free)

G_END_DECLS
