/* bb-presets.c: looks that are kept under a name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-presets.h"

#include "bb-file-name.h"
#include "blurbox.h"

#include <glib/gi18n.h>
#include <string.h>

#define SUFFIX ".recipe"
/* So that the name, with each byte escaped, fits into a file name. */
#define MAX_NAME 80
#define MAX_BYTES (2 * MAX_NAME)

/**
 * BbPresets:
 *
 * A list of #BbPreset: those that come with the program, then the user's in the order of their
 * names. The user's are recipe files in one folder, which `blurbox-render --recipe` reads as well.
 */
struct _BbPresets {
  GObject parent_instance;

  GFile *folder;
  GPtrArray *presets;
  guint n_shipped;
};

/* What comes with the program: what differs from the plain look. */
static const struct {
  const char *name;
  const char *values;
} shipped[] = {
  { NC_ ("preset", "Plain"), "" },
  { NC_ ("preset", "Soft and Dark"), "blur=160\nbackground-zoom=1.15\ndim=0.35\nsaturation=1.2\n" },
  { NC_ ("preset", "Floating Card"),
    "zoom=-0.14\nblur=120\ndim=0.2\nsaturation=1.3\ncorner-radius=40\nshadow=0.6\n" },
  { NC_ ("preset", "Close Up"), "zoom=0.45\nblur=90\ndim=0.15\n" },
  { NC_ ("preset", "Black and White Backdrop"), "blur=80\nsaturation=0\ndim=0.3\n" },
  { NC_ ("preset", "Square Post"),
    "width=1080\nheight=1080\nblur=100\ndim=0.2\ncorner-radius=24\nshadow=0.4\n" },
  { NC_ ("preset", "Black Bars"), "background=color\ncolor=#000000\n" },
};

static GType
bb_presets_get_item_type (GListModel *model)
{
  return BB_TYPE_PRESET;
}

static guint
bb_presets_get_n_items (GListModel *model)
{
  return BB_PRESETS (model)->presets->len;
}

static gpointer
bb_presets_get_item (GListModel *model, guint position)
{
  BbPresets *self = BB_PRESETS (model);

  return position < self->presets->len ? g_object_ref (self->presets->pdata[position]) : NULL;
}

static void
bb_presets_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = bb_presets_get_item_type;
  iface->get_n_items = bb_presets_get_n_items;
  iface->get_item = bb_presets_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BbPresets, bb_presets, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      bb_presets_list_model_init))

static void
bb_presets_finalize (GObject *object)
{
  BbPresets *self = BB_PRESETS (object);

  g_clear_object (&self->folder);
  g_ptr_array_unref (self->presets);

  G_OBJECT_CLASS (bb_presets_parent_class)->finalize (object);
}

static void
bb_presets_class_init (BbPresetsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bb_presets_finalize;
}

static void
bb_presets_init (BbPresets *self)
{
  self->presets = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (shipped); i++)
    {
      g_autofree char *text = g_strconcat ("[Blurbox Recipe]\n", shipped[i].values, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (BbRecipe) recipe = bb_recipe_new_from_string (text, &error);

      g_assert_no_error (error);
      g_ptr_array_add (self->presets, bb_preset_new (g_dpgettext2 (NULL, "preset", shipped[i].name),
                                                     recipe, NULL));
    }
  self->n_shipped = self->presets->len;
}

/* Inserts one of the user's where its name belongs. */
static void
insert (BbPresets *self, BbPreset *preset)
{
  guint position = self->n_shipped;

  while (position < self->presets->len &&
         g_utf8_collate (bb_preset_get_name (self->presets->pdata[position]),
                         bb_preset_get_name (preset)) < 0)
    position++;
  g_ptr_array_insert (self->presets, (int) position, preset);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

static void
drop (BbPresets *self, BbPreset *preset)
{
  guint position;

  if (!g_ptr_array_find (self->presets, preset, &position))
    return;
  g_ptr_array_remove_index (self->presets, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static GFile *
get_file (BbPresets *self, const char *name)
{
  g_autofree char *base = bb_presets_get_file_name (name);

  return g_file_get_child (self->folder, base);
}

/* The name of the preset in a file; %NULL where that is no name. */
static char *
get_name (const char *file_name)
{
  gboolean has_suffix = g_str_has_suffix (file_name, SUFFIX);
  g_autofree char *base =
    g_strndup (file_name, strlen (file_name) - (has_suffix ? strlen (SUFFIX) : 0));
  g_autofree char *name = g_uri_unescape_string (base, NULL);

  return name != NULL && g_utf8_validate (name, -1, NULL) ? g_steal_pointer (&name) : NULL;
}

/* The beginning of @text, and the number where it is more than 1, no longer than a name may be. */
static char *
make_name (const char *text, guint number)
{
  g_autofree char *end = number > 1 ? g_strdup_printf (" %u", number) : g_strdup ("");
  g_autofree char *beginning =
    g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_NAME - (glong) strlen (end)));

  while (strlen (beginning) + strlen (end) > MAX_BYTES)
    *g_utf8_prev_char (beginning + strlen (beginning)) = '\0';
  return g_strconcat (beginning, end, NULL);
}

static gboolean
check_name (BbPresets *self, const char *name, gboolean replace, GError **error)
{
  BbPreset *other = bb_presets_find (self, name);

  if (*name == '\0' || g_utf8_strlen (name, -1) > MAX_NAME || strlen (name) > MAX_BYTES ||
      !g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_INVALID,
                   _ ("A preset’s name has 1 to %d characters: choose another one"), MAX_NAME);
      return FALSE;
    }
  if (other != NULL && bb_preset_get_file (other) == NULL)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
                   _ ("“%s” comes with Blurbox: choose another name"), name);
      return FALSE;
    }
  if (other != NULL && !replace)
    {
      g_set_error (error, BB_ERROR, BB_ERROR_EXISTS,
                   _ ("There is a preset “%s”: choose another name"), name);
      return FALSE;
    }
  return TRUE;
}

/**
 * bb_presets_get_file_name:
 * @name: name of a preset
 *
 * Returns: (transfer full): what a file with it is called, which bb_presets_import() makes the same name
 *   of
 */
char *
bb_presets_get_file_name (const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, " ", TRUE);

  /* A name that begins with a dot would be hidden. */
  return escaped[0] == '.' ? g_strdup_printf ("%%2E%s" SUFFIX, escaped + 1)
                           : g_strconcat (escaped, SUFFIX, NULL);
}

/**
 * bb_presets_new:
 * @folder: (nullable): where the user's presets are kept; %NULL is `blurbox/presets` in the user's
 *   data folder
 *
 * Returns: (transfer full): the presets that come with the program; bb_presets_load() adds the
 *   user's
 */
BbPresets *
bb_presets_new (GFile *folder)
{
  BbPresets *self = g_object_new (BB_TYPE_PRESETS, NULL);

  self->folder = folder != NULL
                   ? g_object_ref (folder)
                   : g_file_new_build_filename (g_get_user_data_dir (), "blurbox", "presets", NULL);
  return self;
}

/**
 * bb_presets_load:
 * @self: presets
 * @error: return location for an error
 *
 * Reads the user's presets anew. A file that is no recipe is left out.
 *
 * Returns: %TRUE, or %FALSE with an error where the folder is there but cannot be read
 */
gboolean
bb_presets_load (BbPresets *self, GError **error)
{
  g_autoptr (GFileEnumerator) children = NULL;
  g_autoptr (GError) local_error = NULL;
  guint n_old = self->presets->len - self->n_shipped;

  g_return_val_if_fail (BB_IS_PRESETS (self), FALSE);

  if (n_old > 0)
    {
      g_ptr_array_remove_range (self->presets, self->n_shipped, n_old);
      g_list_model_items_changed (G_LIST_MODEL (self), self->n_shipped, n_old, 0);
    }
  children = g_file_enumerate_children (self->folder, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                        G_FILE_QUERY_INFO_NONE, NULL, &local_error);
  if (children == NULL)
    {
      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  for (;;)
    {
      GFileInfo *info;
      GFile *file;
      g_autofree char *name = NULL;
      g_autoptr (BbRecipe) recipe = NULL;
      g_autoptr (GError) recipe_error = NULL;

      if (!g_file_enumerator_iterate (children, &info, &file, NULL, error))
        return FALSE;
      if (info == NULL)
        return TRUE;
      if (!g_str_has_suffix (g_file_info_get_name (info), SUFFIX))
        continue;
      name = get_name (g_file_info_get_name (info));
      recipe = bb_recipe_new_from_file (file, &recipe_error);
      if (recipe == NULL)
        g_info ("%s", recipe_error->message);
      else if (name != NULL)
        insert (self, bb_preset_new (name, recipe, file));
    }
}

/**
 * bb_presets_find:
 * @self: presets
 * @name: a name
 *
 * Returns: (nullable) (transfer none): the preset of that name
 */
BbPreset *
bb_presets_find (BbPresets *self, const char *name)
{
  g_return_val_if_fail (BB_IS_PRESETS (self), NULL);

  for (guint i = 0; i < self->presets->len; i++)
    if (g_str_equal (bb_preset_get_name (self->presets->pdata[i]), name))
      return self->presets->pdata[i];
  return NULL;
}

/**
 * bb_presets_save:
 * @self: presets
 * @name: a name, 1 to 80 characters
 * @recipe: what to keep
 * @replace: whether it takes the place of the user's preset of that name, if there is one
 * @error: return location for an error
 *
 * Keeps a recipe.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID, %BB_ERROR_EXISTS (a preset of that name comes
 *   with the program, or is there and must not be replaced) or %BB_ERROR_OUTPUT
 */
gboolean
bb_presets_save (BbPresets *self, const char *name, BbRecipe *recipe, gboolean replace,
                 GError **error)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) local_error = NULL;
  BbPreset *old;

  g_return_val_if_fail (BB_IS_PRESETS (self), FALSE);

  if (!check_name (self, name, replace, error))
    return FALSE;
  if (!g_file_make_directory_with_parents (self->folder, NULL, &local_error) &&
      !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT,
                   _ ("Cannot make the folder “%s” for presets: %s"),
                   g_file_peek_path (self->folder), local_error->message);
      return FALSE;
    }
  file = get_file (self, name);
  if (!bb_recipe_save (recipe, file, error))
    return FALSE;
  old = bb_presets_find (self, name);
  if (old != NULL)
    drop (self, old);
  insert (self, bb_preset_new (name, recipe, file));
  return TRUE;
}

/**
 * bb_presets_import:
 * @self: presets
 * @file: a recipe file
 * @error: return location for an error
 *
 * Keeps the recipe in a file, under the name of the file; with a number where a preset has that name.
 *
 * Returns: (nullable) (transfer none): the new preset, or %NULL with %BB_ERROR_INVALID, %BB_ERROR_INPUT
 *   or %BB_ERROR_OUTPUT
 */
BbPreset *
bb_presets_import (BbPresets *self, GFile *file, GError **error)
{
  g_autofree char *shown = bb_file_get_name (file);
  g_autofree char *base = g_file_get_basename (file);
  g_autofree char *text = base != NULL ? get_name (base) : NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  g_autofree char *name = NULL;

  g_return_val_if_fail (BB_IS_PRESETS (self), NULL);

  recipe = bb_recipe_new_from_file (file, error);
  if (recipe == NULL)
    return NULL;
  if (text == NULL || *text == '\0')
    {
      /* One that this program did not choose. */
      g_free (text);
      text = g_strndup (shown,
                        strlen (shown) - (g_str_has_suffix (shown, SUFFIX) ? strlen (SUFFIX) : 0));
    }
  for (guint number = 1; name == NULL || bb_presets_find (self, name) != NULL; number++)
    {
      g_free (name);
      name = make_name (text, number);
    }
  return bb_presets_save (self, name, recipe, FALSE, error) ? bb_presets_find (self, name) : NULL;
}

/**
 * bb_presets_rename:
 * @self: presets
 * @preset: one of the user's
 * @name: its new name
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID, %BB_ERROR_EXISTS or %BB_ERROR_OUTPUT
 */
gboolean
bb_presets_rename (BbPresets *self, BbPreset *preset, const char *name, GError **error)
{
  g_autoptr (BbPreset) kept = NULL;

  g_return_val_if_fail (BB_IS_PRESETS (self), FALSE);
  g_return_val_if_fail (BB_IS_PRESET (preset) && bb_preset_get_file (preset) != NULL, FALSE);

  if (g_str_equal (bb_preset_get_name (preset), name))
    return TRUE;
  kept = g_object_ref (preset);
  return bb_presets_save (self, name, bb_preset_get_recipe (kept), FALSE, error) &&
         bb_presets_delete (self, kept, error);
}

/**
 * bb_presets_delete:
 * @self: presets
 * @preset: one of the user's
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_OUTPUT
 */
gboolean
bb_presets_delete (BbPresets *self, BbPreset *preset, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (BB_IS_PRESETS (self), FALSE);
  g_return_val_if_fail (BB_IS_PRESET (preset) && bb_preset_get_file (preset) != NULL, FALSE);

  if (!g_file_delete (bb_preset_get_file (preset), NULL, &local_error) &&
      !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_set_error (error, BB_ERROR, BB_ERROR_OUTPUT, _ ("Cannot delete the preset “%s”: %s"),
                   bb_preset_get_name (preset), local_error->message);
      return FALSE;
    }
  drop (self, preset);
  return TRUE;
}
