/// What experiments measured: records, tables, charts.
@NullMarked
package rope4j.lab.result;

import org.jspecify.annotations.NullMarked;
