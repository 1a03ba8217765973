"""A page of HTML → a tagged PDF by Typst: conversion of its elements, the press, and what is mended in the file.

May compile only in a process that nobody forks afterwards; see :mod:`minsheng.render.typst.press`.
"""
