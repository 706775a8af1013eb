package io.bev.avatar.common.process;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;

/** Raw names of {@code sched.h}, {@code sys/resource.h} and {@code unistd.h}. */
interface LibC extends Library {

    int SCHED_OTHER = 0;
    int SCHED_BATCH = 3;
    int PRIO_PROCESS = 0;

    /** For an {@code id} of a thread Linux means that thread alone; 0 is the calling one. */
    int sched_getscheduler(int id) throws LastErrorException;

    /** @param parameters {@code struct sched_param}: its one int, the priority, is 0 for these policies */
    int sched_setscheduler(int id, int policy, int[] parameters) throws LastErrorException;

    /** An answer of -1 is a niceness, too. */
    int getpriority(int which, int id);

    int setpriority(int which, int id, int niceness) throws LastErrorException;

    int getsid(int id) throws LastErrorException;
}
