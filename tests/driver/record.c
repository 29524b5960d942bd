/* record.c: launches written to files, for who counts a kernel's instructions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file for each launch: lines of text up to an empty one, then bytes. The first line has the kernel's name, the
 * grid, the block and the bytes of the parameters, packed as a GPU has them; each further line has address and size of
 * memory that the parameters point into. The bytes are those of all of them in that order, before the kernel runs.
 */

#include "driver.h"

#include <string.h>

static gsize
append_params (GByteArray *bytes, const Kernel *kernel, void *const *params)
{
  static const guint8 zeros[64];

  for (gsize i = 0; i < kernel->n_params; i++)
    {
      guint padding =
        (guint) ((kernel->align[i] - bytes->len % kernel->align[i]) % kernel->align[i]);

      g_byte_array_append (bytes, zeros, padding);
      g_byte_array_append (bytes, params[i], (guint) kernel->size[i]);
    }
  return bytes->len;
}

/**
 * record_launch:
 * @kernel: what is launched
 * @params: values of its parameters
 * @grid: blocks
 * @block: threads of one
 *
 * Writes the launch into the folder that `BLURBOX_DRIVER_LAUNCHES` names, if it names one.
 */
void
record_launch (const Kernel *kernel, void *const *params, KernelIndex grid, KernelIndex block)
{
  static int number;
  const char *folder = g_getenv ("BLURBOX_DRIVER_LAUNCHES");
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (GHashTable) seen = NULL;
  g_autoptr (GString) header = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  gsize n_params;

  if (folder == NULL)
    return;
  bytes = g_byte_array_new ();
  seen = g_hash_table_new (NULL, NULL);
  header = g_string_new (NULL);
  n_params = append_params (bytes, kernel, params);
  g_string_printf (header, "%s %u %u %u %u %u %u %" G_GSIZE_FORMAT "\n", kernel->name, grid.x,
                   grid.y, grid.z, block.x, block.y, block.z, n_params);
  g_mutex_lock (&driver.lock);
  for (gsize at = 0; at + sizeof (gpointer) <= n_params; at += sizeof (gpointer))
    {
      gconstpointer address;
      Memory *memory;

      memcpy (&address, bytes->data + at, sizeof address);
      memory = memory_find (address);
      if (memory == NULL || !g_hash_table_add (seen, memory))
        continue;
      g_string_append_printf (header, "%" G_GUINTPTR_FORMAT " %" G_GSIZE_FORMAT "\n",
                              (guintptr) memory->address, memory->size);
      g_byte_array_append (bytes, memory->alias, (guint) memory->size);
    }
  g_mutex_unlock (&driver.lock);
  g_string_append_c (header, '\n');
  file = g_byte_array_new ();
  g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (file, bytes->data, bytes->len);
  path =
    g_strdup_printf ("%s/%04d.launch", folder, __atomic_add_fetch (&number, 1, __ATOMIC_RELAXED));
  if (!g_file_set_contents (path, (const char *) file->data, (gssize) file->len, &error))
    driver_die ("%s", error->message);
}
