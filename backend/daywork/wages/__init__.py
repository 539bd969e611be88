"""Wage sheets (工资表) and settlements (结算): what was worked is signed for and paid."""
