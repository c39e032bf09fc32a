namespace System.Runtime;

/// <summary>
/// Known to the ahead-of-time compiler by its name: an <c>InternalCall</c> method is the symbol, called as C calls it and
/// without the transition of <see cref="InteropServices.DllImportAttribute"/>, which needs a runtime that has started.
/// Its address is the symbol's, which may be that of a variable.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RuntimeImportAttribute(string entry) : Attribute
{
    public string Entry => entry;
}
