namespace OciRuntime.Container.Seccomp;

/// <summary>An entry of <c>linux.seccomp.syscalls</c>, or a copy of it that one name needs.</summary>
/// <param name="Entry">Its place in the array, for messages.</param>
/// <param name="Action">The kernel's value, with its data.</param>
/// <param name="FirstCondition">Its conditions, sorted by argument, in <see cref="SeccompProfile.Conditions"/>.</param>
/// <param name="ConditionCount">How many.</param>
/// <param name="IsAnyOf">One condition is enough: two of them are on the same argument (runc).</param>
internal readonly record struct SeccompRule(
    int Entry,
    uint Action,
    int FirstCondition,
    int ConditionCount,
    bool IsAnyOf);
