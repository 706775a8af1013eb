package io.bev.avatar.common.config;

import java.util.Map;
import java.util.Set;

/**
 * Configuration sections of one process, found with {@link java.util.ServiceLoader}: a command with the jars of all processes on
 * its class path reads every section with the code that the processes use.
 */
public interface ConfigSections {

    /** Names of the sections, all of {@link Config#SECTIONS}. */
    Set<String> names();

    /**
     * Reads every key of the sections.
     *
     * @throws ConfigException with all problems
     */
    void read(Config config, Map<String, String> environment);
}
