/* bb-recipe-private.h: what the recipe's files share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-recipe.h"

G_BEGIN_DECLS

BbRecipe *bb_recipe_parse (const char *text, gsize length, const char *folder, GError **error);
char *bb_recipe_format (const BbRecipe *recipe, const char *folder);

typedef enum {
  KIND_INT,
  KIND_DOUBLE,
  KIND_TIME,
  KIND_ENUM,
  KIND_STRING,
  KIND_COLOR,
  KIND_FILE,
} BbRecipeKind;

/* One value: where it is, what it may be, what it is a part of. Drives checks, files and the command line. */
typedef struct {
  BbRecipeField field;
  BbRecipeKind kind;
  BbRecipePart part;
  gsize offset;
  const char *const *names; /* of a KIND_ENUM */
  const char *fallback_string;
} BbRecipeValue;

/* 100 hours: longer than any film, and far from overflowing when it is scaled. */
#define LONGEST 360000.0

const BbRecipeValue *bb_recipe_find_value (const char *key);
const BbRecipeValue *bb_recipe_get_value (guint i);
gboolean bb_recipe_check_range (const BbRecipeValue *value, double number, GError **error);
char *bb_recipe_format_time (gint64 time);
char *bb_recipe_shorten (const char *text);

static inline int *
int_at (BbRecipeValues *values, const BbRecipeValue *value)
{
  return (int *) (gpointer) ((guint8 *) values + value->offset);
}

/* A whole number whose default lies below its range is chosen by the device: "auto" in text. */
static inline gboolean
has_automatic (const BbRecipeValue *value)
{
  return value->kind == KIND_INT && value->field.fallback < value->field.minimum;
}

static inline gboolean
is_automatic (BbRecipeValues *values, const BbRecipeValue *value)
{
  return has_automatic (value) && *int_at (values, value) == value->field.fallback;
}

static inline double *
double_at (BbRecipeValues *values, const BbRecipeValue *value)
{
  return (double *) (gpointer) ((guint8 *) values + value->offset);
}

static inline gint64 *
time_at (BbRecipeValues *values, const BbRecipeValue *value)
{
  return (gint64 *) (gpointer) ((guint8 *) values + value->offset);
}

static inline gboolean
is_text (const BbRecipeValue *value)
{
  return value->kind == KIND_STRING || value->kind == KIND_FILE;
}

static inline const char **
string_at (BbRecipeValues *values, const BbRecipeValue *value)
{
  return (const char **) (gpointer) ((guint8 *) values + value->offset);
}

G_END_DECLS
