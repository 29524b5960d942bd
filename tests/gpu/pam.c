/* pam.c: pictures in files, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Portable arbitrary maps: a header of text, and the codes as they are.
 */

#include "pam.h"

/* Edges, flat areas and noise; with soft and hard edges of the opacity. */
PamPicture
pam_new (int width, int height, int depth, guint32 seed, gboolean transparent)
{
  PamPicture picture = { width, height, depth, NULL };
  GRand *rand = g_rand_new_with_seed (seed);

  picture.rgba = g_malloc_n ((gsize) width * (gsize) height, sizeof *picture.rgba);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int i = 0; i < 4; i++)
        {
          int code = (x / 5 + y / 7 * (i + 1)) % 3 == 0  ? g_rand_int_range (rand, 0, 65536)
                     : (x + 2 * y + i * 9) / 13 % 2 != 0 ? 65535
                                                         : 0;

          if (i == 3)
            code = !transparent || x < width / 2 ? 65535 : y < height / 2 ? 0 : 65535 * x / width;
          picture.rgba[y * width + x][i] = (guint16) (depth > 8 ? code : code / 257 * 257);
        }
  g_rand_free (rand);
  return picture;
}

void
pam_clear (PamPicture *picture)
{
  g_free (picture->rgba);
}

/* Returns the path of the new file, in a folder of this process. */
char *
pam_write (const PamPicture *picture, const char *name)
{
  static char *folder;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *header =
    g_strdup_printf ("P7\nWIDTH %d\nHEIGHT %d\nDEPTH 4\nMAXVAL %d\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
                     picture->width, picture->height, (1 << picture->depth) - 1);
  char *path;

  if (folder == NULL)
    folder = g_dir_make_tmp ("blurbox-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, name, NULL);
  g_byte_array_append (bytes, (const guint8 *) header, (guint) strlen (header));
  for (int i = 0; i < picture->width * picture->height; i++)
    for (int k = 0; k < 4; k++)
      {
        guint8 both[2] = { (guint8) (picture->rgba[i][k] >> 8), (guint8) picture->rgba[i][k] };

        g_byte_array_append (bytes, both, picture->depth > 8 ? 2 : 1);
      }
  g_file_set_contents (path, (const char *) bytes->data, (gssize) bytes->len, &error);
  g_assert_no_error (error);
  return path;
}
