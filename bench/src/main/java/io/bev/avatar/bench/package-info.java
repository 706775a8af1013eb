/** Benchmarks of whole services: start, scrape, observer, soak, crashes, and alert detection with injected faults. */
@NullMarked
package io.bev.avatar.bench;

import org.jspecify.annotations.NullMarked;
