namespace System.Runtime;

/// <summary>
/// Known to the ahead-of-time compiler by its name: the method gets a symbol and C's calling convention, without the
/// prologue of <see cref="InteropServices.UnmanagedCallersOnlyAttribute"/>, which needs a runtime that has started.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeExportAttribute(string entry) : Attribute
{
    public string Entry => entry;
}
