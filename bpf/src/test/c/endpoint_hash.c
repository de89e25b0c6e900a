/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes lines "a b c seed" (hexadecimal) from standard input: what EndpointHashTest compares Java's hash with. */
#include <stdio.h>

#include "xlvs/hash.h"

int main(void)
{
	unsigned long long a, b, c;
	unsigned int seed;

	while (scanf("%llx %llx %llx %x", &a, &b, &c, &seed) == 4)
		printf("%016llx\n", (unsigned long long)xlvs_hash(a, b, c, seed));
	return 0;
}
