/* bb-renderer.c: choice of GTK's renderer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-renderer.h"

#include "blurbox.h"

static BbPresentOptions present_options;

/* What a kernel has for programs that draw on a GPU: the NVIDIA driver's, and Windows' under Linux. */
static const char *const drivers[] = { "proc/driver/nvidia/version", "dev/dxg" };

/**
 * bb_renderer_find_gpu:
 * @root: the root of the file system, or of another one
 *
 * Looks whether the system has something that draws faster than the CPU. That is known without
 * OpenGL, which alone takes a tenth of a second and more to load.
 *
 * Returns: whether there is a render node of the kernel's, or another driver of a GPU
 */
gboolean
bb_renderer_find_gpu (const char *root)
{
  g_autofree char *nodes = g_build_filename (root, "dev", "dri", NULL);
  g_autoptr (GDir) folder = g_dir_open (nodes, 0, NULL);
  const char *name;

  /* A screen without a GPU has a node named card0 only. */
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    {
      g_autofree char *path = g_build_filename (root, drivers[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return TRUE;
    }
  return FALSE;
}

/**
 * bb_renderer_choose:
 *
 * Has GTK draw with Cairo where the CPU draws, unless the user has chosen a renderer. To be
 * called before the first window is shown. GTK itself would draw with OpenGL (llvmpipe) or Vulkan
 * (lavapipe) on the CPU: a frame takes twice as long there, and each new shader is compiled
 * first, for some tenths of a second in which the window answers nothing (see tests/bench/README.md).
 * What Cairo cannot draw, transforms in three dimensions, is not used here.
 */
void
bb_renderer_choose (void)
{
#ifdef __linux__
  if (!bb_renderer_find_gpu ("/"))
    g_setenv ("GSK_RENDERER", "cairo", FALSE);
#endif
}

/**
 * bb_renderer_announce:
 * @native: a realized window
 *
 * Has the rest of the program spare a CPU that draws the window.
 *
 * Pictures are made in the order that its renderer draws from: Cairo takes one kind of pixels, and GTK
 * would convert others while it draws, in threads for which the main thread waits, whoever else has
 * the CPU. And nothing is animated, as GNOME has it on such machines: each step of it draws all
 * of the window.
 */
void
bb_renderer_announce (GtkNative *native)
{
  gboolean cpu = GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native));

  g_atomic_int_set (&present_options.cpu_draws, cpu);
  if (cpu)
    g_object_set (gtk_widget_get_settings (GTK_WIDGET (native)), "gtk-enable-animations", FALSE,
                  NULL);
}

/**
 * bb_renderer_get_present_options:
 *
 * Returns: (transfer none): what the screen takes as it is; one for all windows, since they are drawn by
 *   one renderer. Its fields are atomic
 */
BbPresentOptions *
bb_renderer_get_present_options (void)
{
  return &present_options;
}
