/* state.c: what the environment asks for, counts, faults, handles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "driver.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Fault: the @nth call of @function (and all after it, if @on) returns @error */
typedef struct {
  char *function;
  guint64 nth;
  gboolean on;
  CUresult error;
} Fault;

Driver driver;

static GHashTable *counts;
static GHashTable *launches;
static guint64 n_calls;
static GArray *faults;
static __thread gboolean in_callback;

/* One write, so that it stays one line. */
static void G_GNUC_PRINTF (1, 0) say (const char *format, va_list arguments)
{
  char line[1024] = "driver for tests: ";
  int start = (int) strlen (line);
  int length = start + vsnprintf (line + start, sizeof line - 1 - (gsize) start, format, arguments);

  length = MIN (length, (int) sizeof line - 2);
  line[length] = '\n';
  fflush (stdout);
  if (write (STDERR_FILENO, line, (gsize) length + 1) < 0)
    _exit (134);
}

void
driver_die (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  say (format, arguments);
  va_end (arguments);
  abort ();
}

/* Ends the process too, unless a test made a call fail: what others make of that is theirs. */
void
driver_complain (const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  say (format, arguments);
  va_end (arguments);
  if (driver.n_failed == 0)
    abort ();
}

void
driver_die_kernel (const char *message)
{
  driver_die ("%s", message);
}

/* Whether @function is the one a test means by @name: with its version or without. */
static gboolean
is_called (const char *function, const char *name)
{
  gsize length = strlen (name);

  if (strncmp (function, name, length) != 0)
    return FALSE;
  return function[length] == '\0' || (function[length] == '_' && function[length + 1] == 'v' &&
                                      g_ascii_isdigit (function[length + 2]));
}

static guint64
number (const char *variable, guint64 fallback)
{
  const char *text = g_getenv (variable);
  char *end = NULL;
  guint64 value;

  if (text == NULL || *text == '\0')
    return fallback;
  errno = 0;
  value = g_ascii_strtoull (text, &end, 0);
  if (errno != 0 || *end != '\0')
    driver_die ("%s=%s is no number", variable, text);
  return value;
}

/* How often @function was called according to the counts that an earlier run left. */
static guint64
calls_before (const char *function)
{
  const char *path = g_getenv ("BLURBOX_DRIVER_COUNTS");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (path == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    driver_die (
      "BLURBOX_DRIVER_FAIL: \"last\" needs the counts of an earlier run in BLURBOX_DRIVER_COUNTS");
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *start = strchr (lines[i], '"');
      char *end = start != NULL ? strchr (start + 1, '"') : NULL;

      if (end == NULL || end[1] != ':' || !g_str_has_prefix (start + 1, "cu"))
        continue;
      *end = '\0';
      if (is_called (start + 1, function))
        return g_ascii_strtoull (end + 2, NULL, 10);
    }
  return 0;
}

static void
read_faults (void)
{
  g_auto (GStrv) entries = g_strsplit (g_getenv ("BLURBOX_DRIVER_FAIL") ?: "", ",", -1);

  faults = g_array_new (FALSE, FALSE, sizeof (Fault));
  for (guint i = 0; entries[i] != NULL && entries[0][0] != '\0'; i++)
    {
      g_auto (GStrv) part = g_strsplit (entries[i], ":", -1);
      Fault fault = { 0 };
      char *end = NULL;

      if (g_strv_length (part) != 3)
        driver_die ("BLURBOX_DRIVER_FAIL: \"%s\" is not FUNCTION:NTH:ERROR", entries[i]);
      fault.function = g_strdup (part[0]);
      fault.on = g_str_has_suffix (part[1], "+");
      if (g_str_equal (part[1], "last"))
        fault.nth = calls_before (part[0]);
      else
        fault.nth = g_ascii_strtoull (part[1], &end, 10);
      fault.error = (CUresult) g_ascii_strtoull (part[2], NULL, 10);
      if (fault.error == CUDA_SUCCESS || (fault.nth == 0 && end != NULL))
        driver_die ("BLURBOX_DRIVER_FAIL: \"%s\" is not FUNCTION:NTH:ERROR", entries[i]);
      g_array_append_val (faults, fault);
    }
}

/* Written through a new file, so that a reader never sees half of it. */
static void
write_counts (const char *path)
{
  g_autoptr (GString) text = g_string_new ("{\n\"calls\": {");
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) strcmp);
  g_autoptr (GList) kernels = g_list_sort (g_hash_table_get_keys (launches), (GCompareFunc) strcmp);
  guint n_leaks = driver.leaked;

  for (GList *at = names; at != NULL; at = at->next)
    {
      const guint64 *count = g_hash_table_lookup (counts, at->data);

      g_string_append_printf (text, "%s\n  \"%s\": %" G_GUINT64_FORMAT, at == names ? "" : ",",
                              (char *) at->data, *count);
    }
  g_string_append (text, "\n},\n\"launches\": {");
  for (GList *at = kernels; at != NULL; at = at->next)
    g_string_append_printf (text, "%s\n  \"%s\": %" G_GUINT64_FORMAT, at == kernels ? "" : ",",
                            (char *) at->data,
                            *(guint64 *) g_hash_table_lookup (launches, at->data));
  for (guint i = 0; driver.contexts != NULL && i < driver.contexts->len; i++)
    {
      Context *context = g_ptr_array_index (driver.contexts, i);

      if (context->handle.live)
        n_leaks += 1 + context_report_leaks (context, FALSE);
    }
  g_string_append_printf (text,
                          "\n},\n\"bytes\": {\n"
                          "  \"host_to_device\": %" G_GUINT64_FORMAT ",\n"
                          "  \"device_to_host\": %" G_GUINT64_FORMAT ",\n"
                          "  \"device_to_device\": %" G_GUINT64_FORMAT "\n},\n"
                          "\"peak_memory\": %zu,\n\"failed\": %u,\n\"leaks\": %u\n}\n",
                          driver.host_to_device, driver.device_to_host, driver.device_to_device,
                          driver.peak, driver.n_failed, n_leaks);
  if (!g_file_set_contents (path, text->str, (gssize) text->len, NULL))
    fprintf (stderr, "driver for tests: %s cannot be written\n", path);
}

static void
finish (void)
{
  const char *path = g_getenv ("BLURBOX_DRIVER_COUNTS");
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&driver.lock);

  if (path != NULL && *path != '\0')
    write_counts (path);
}

static void __attribute__ ((constructor))
start (void)
{
  const char *capability = g_getenv ("BLURBOX_DRIVER_CAPABILITY") ?: "8.9";

  driver.n_devices = (int) number ("BLURBOX_DRIVER_DEVICES", 1);
  driver.memory = (gsize) number ("BLURBOX_DRIVER_MEMORY", (guint64) 4 << 30);
  driver.n_threads = (guint) number ("BLURBOX_DRIVER_THREADS", g_get_num_processors ());
  if (driver.n_devices > (int) G_N_ELEMENTS (driver.primary))
    driver_die ("BLURBOX_DRIVER_DEVICES: at most %zu", G_N_ELEMENTS (driver.primary));
  if (sscanf (capability, "%d.%d", &driver.major, &driver.minor) != 2)
    driver_die ("BLURBOX_DRIVER_CAPABILITY=%s is not MAJOR.MINOR", capability);
  if (g_getenv ("BLURBOX_DRIVER_SEED") != NULL)
    driver.order = g_rand_new_with_seed ((guint32) number ("BLURBOX_DRIVER_SEED", 0));
  counts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  launches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  driver.handles = g_hash_table_new (NULL, NULL);
  driver.contexts = g_ptr_array_new ();
  read_faults ();
  atexit (finish);
}

/* A number below @n that the seed chooses; 0 where there is none. */
guint
driver_random (guint n)
{
  return driver.order != NULL && n > 1 ? (guint) g_rand_int_range (driver.order, 0, (gint32) n) : 0;
}

void
driver_enter_callback (gboolean inside)
{
  in_callback = inside;
}

/* Counts a call of @function; returns the error that it shall return, or success. */
CUresult
driver_enter (const char *function)
{
  static const char *const always[] = { "cuInit",
                                        "cuDriverGetVersion",
                                        "cuGetErrorName",
                                        "cuGetErrorString",
                                        "cuGetProcAddress_v2",
                                        "cuGetProcAddress",
                                        NULL };
  guint64 *count = g_hash_table_lookup (counts, function);
  gboolean text = g_str_has_prefix (function, "cuGetError");

  if (count == NULL)
    {
      count = g_new0 (guint64, 1);
      g_hash_table_insert (counts, (gpointer) function, count);
    }
  ++*count;
  if (!text)
    n_calls++;
  if (in_callback && !text)
    return CUDA_ERROR_NOT_PERMITTED;
  if (!driver.initialized && !g_strv_contains (always, function))
    return CUDA_ERROR_NOT_INITIALIZED;
  for (guint i = 0; i < faults->len; i++)
    {
      const Fault *fault = &g_array_index (faults, Fault, i);
      guint64 n = *count;

      if (g_str_equal (fault->function, "*") && !text)
        n = n_calls;
      else if (!is_called (function, fault->function))
        continue;
      if (n == fault->nth || (fault->on && n > fault->nth))
        {
          driver.n_failed++;
          return fault->error;
        }
    }
  driver_progress ();
  return CUDA_SUCCESS;
}

void
driver_count_launch (const char *kernel)
{
  guint64 *n = g_hash_table_lookup (launches, kernel);

  if (n == NULL)
    {
      n = g_new0 (guint64, 1);
      g_hash_table_insert (launches, (gpointer) kernel, n);
    }
  ++*n;
}

void
driver_count_bytes (guint64 *counter, gsize bytes)
{
  *counter += bytes;
}

gpointer
handle_new (Kind kind, gsize size, Context *context)
{
  Handle *handle = g_malloc0 (size);

  handle->kind = kind;
  handle->live = TRUE;
  handle->context = context;
  handle->serial = ++driver.serial;
  g_hash_table_add (driver.handles, handle);
  return handle;
}

/* The object behind @handle; %NULL where it never was a handle of this @kind. */
gpointer
handle_get (gconstpointer handle, Kind kind, const char *function)
{
  static const char *const names[] = { "",       "context",  "stream", "event",
                                       "module", "function", "array",  "graphics resource" };
  const Handle *object = handle;

  if (object == NULL || !g_hash_table_contains (driver.handles, object) || object->kind != kind)
    return NULL;
  if (!object->live)
    driver_die ("%s: the %s (handle %u) was destroyed before", function, names[kind],
                object->serial);
  return (gpointer) object;
}

void
handle_destroy (gpointer handle)
{
  ((Handle *) handle)->live = FALSE;
}
