/* bb-cuda-stubs.c: the CUDA back end where it is not built
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is called from outside this folder. No device is ever there.
 */

#include "config.h"

#include "bb-cuda-device.h"
#include "bb-gl-ring.h"

#include "bb-error.h"

#include <glib/gi18n-lib.h>

BbDevice *
bb_cuda_device_new (int index, GError **error)
{
  g_autofree char *id = g_strdup_printf ("cuda:%d", index);

  g_set_error (error, BB_ERROR, BB_ERROR_DEVICE,
               _("Device “%s” is not available here: choose another one, such as the CPU"), id);
  return NULL;
}

void
bb_cuda_device_prefer (const guint8 uuid[16])
{
}

/* Nobody expects a GPU of this program: there is no reason to tell. */
BbDevice *
bb_cuda_device_new_best (GError **error)
{
  return NULL;
}

void
bb_cuda_device_list (GPtrArray *list)
{
}

gboolean
bb_gl_ring_is_built (void)
{
  return FALSE;
}

gconstpointer
bb_gl_ring_find_gpu (BbPicture *picture)
{
  return NULL;
}

BbGlRing *
bb_gl_ring_new (BbPicture *picture, guint n_textures, GError **error)
{
  g_return_val_if_reached (NULL);
}

gboolean
bb_gl_ring_takes (BbGlRing *ring, BbPicture *picture)
{
  g_return_val_if_reached (FALSE);
}

gboolean
bb_gl_ring_write (BbGlRing *ring, BbPicture *picture, BbGlTexture *texture, GError **error)
{
  g_return_val_if_reached (FALSE);
}

void
bb_gl_texture_release (BbGlTexture *texture)
{
  g_return_if_reached ();
}

guint
bb_gl_ring_close (BbGlRing *ring)
{
  g_return_val_if_reached (0);
}

void
bb_gl_ring_unref (BbGlRing *ring)
{
  g_return_if_reached ();
}
