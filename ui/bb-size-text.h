/* bb-size-text.h: format of sizes in pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

/* Width and height in pixels. Isolated (U+2066 and U+2069), so that text from right to left around
 * it does not turn width into height. */
#define BB_SIZE_FORMAT "\u2066%d × %d\u2069"
